import { type JSX, useState } from 'react';
import type { LoginView } from '../../ipc/views.ts';
import { Button } from '../design/button.tsx';
import { TextField } from '../design/field.tsx';
import { Message } from '../design/message.tsx';
import { ask, CallFailure } from '../state/bridge.ts';
import { rememberLogin } from '../state/store.ts';
import { useCall } from '../state/use-call.ts';
import { cancelSignIn } from './actions.ts';

type Fields = NonNullable<LoginView['input']>['fields'];

interface EntryFormProps {
  readonly login: LoginView;
  readonly fields: Fields;
}

/** Keys and secrets: each masked, tried at the service before it is kept, and shown nowhere again. */
export function EntryForm({ login, fields }: EntryFormProps): JSX.Element {
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  // Only then may it be kept without a word of the service.
  const [unanswered, setUnanswered] = useState(false);
  const call = useCall();
  const entered = Object.fromEntries(fields.map(({ name }) => [name, values[name] ?? '']));
  const page = fields.find(({ where }) => where !== undefined && URL.canParse(where));
  const openPage = (field: string) => ask('openExternal', { target: 'field', loginId: login.login_id, field });
  const complete = Object.values(entered).every((value) => value.trim() !== '');
  const keep = async (unchecked: boolean): Promise<void> => {
    await call.run(async () => {
      try {
        rememberLogin(await ask('enterFields', { loginId: login.login_id, fields: entered, unchecked }));
      } catch (failure) {
        setUnanswered(failure instanceof CallFailure && failure.code === 'temporarily_unavailable');
        throw failure;
      }
    });
  };
  return (
    <section className="card stack" aria-label="Sign-in">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void keep(false);
        }}
      >
        {fields.map(({ name, title, where }, index) => (
          <TextField
            key={name}
            label={title}
            hint={
              where === undefined ? 'Kept in the keychain once the service has taken it.' : `Where to get it: ${where}`
            }
            value={values[name] ?? ''}
            onChange={(value) => setValues({ ...values, [name]: value })}
            secret
            autoFocus={index === 0}
            problem={index === 0 ? call.error : undefined}
          />
        ))}
        {login.no_browser === undefined ? null : (
          <Message tone="warn">No browser can be opened here: {login.no_browser.why}.</Message>
        )}
        <div className="line">
          <Button kind="primary" type="submit" busy={call.busy} disabled={!complete}>
            Check and keep
          </Button>
          {page === undefined ? null : (
            <Button busy={call.busy} onPress={() => void call.run(() => openPage(page.name))}>
              Open the page
            </Button>
          )}
          {unanswered ? (
            <Button busy={call.busy} disabled={!complete} onPress={() => void keep(true)}>
              Keep it unchecked
            </Button>
          ) : null}
          <Button kind="quiet" onPress={() => void call.run(() => cancelSignIn(login.login_id))}>
            Cancel
          </Button>
        </div>
      </form>
    </section>
  );
}
