import { type JSX, useState } from 'react';
import type { LoginView } from '../../ipc/views.ts';
import { Button } from '../design/button.tsx';
import { TextField } from '../design/field.tsx';
import { Fold } from '../design/fold.tsx';
import { Message, Problem } from '../design/message.tsx';
import { When } from '../design/when.tsx';
import { ask } from '../state/bridge.ts';
import { rememberLogin, useApp } from '../state/store.ts';
import { useCall } from '../state/use-call.ts';
import { addressForElsewhere, cancelSignIn, confirmSignIn, signIn, signInElsewhere } from './actions.ts';
import { EntryForm } from './entry-form.tsx';
import { FailedSignIn } from './failed-sign-in.tsx';

/** The account's sign-in while it is open, and why it failed once it has. */
export function SignInPanel({ account }: { readonly account: string }): JSX.Element | null {
  const login = useApp((state) => state.logins.get(account));
  if (login?.state === 'started') {
    const { input } = login;
    return input === undefined ? <OpenSignIn login={login} /> : <EntryForm login={login} fields={input.fields} />;
  }
  if (login?.state === 'failed') return <FailedSignIn login={login} />;
  if (login?.state === 'expired')
    return <Message tone="warn">Nobody signed in in time{login.note === undefined ? '' : `: ${login.note}`}.</Message>;
  return null;
}

function waitingWords({ user_code, no_browser }: LoginView): string {
  if (user_code !== undefined) return 'Waiting for you to enter the code.';
  return no_browser === undefined ? 'Waiting for you to sign in in your browser.' : 'Waiting for you to sign in.';
}

function OpenSignIn({ login }: { readonly login: LoginView }): JSX.Element {
  const call = useCall();
  return (
    <section className="card stack" aria-label="Sign-in">
      <div className="line" role="status">
        <span className="spinner" aria-hidden="true" />
        <span>
          {waitingWords(login)}
          {login.expires_at === undefined ? null : (
            <span className="soft">
              {' '}
              The sign-in ends <When at={login.expires_at} />.
            </span>
          )}
        </span>
      </div>
      {login.confirm === undefined ? null : <OtherBrowser login={login} who={login.confirm.who} />}
      {login.note === undefined ? null : <Message tone="warn">While waiting: {login.note}.</Message>}
      {login.no_browser === undefined ? null : (
        <Message tone="warn">No browser can be opened here: {login.no_browser.why}.</Message>
      )}
      {login.user_code === undefined ? null : <DeviceCode login={login} code={login.user_code} />}
      <Problem error={call.error} />
      <div className="line">
        {login.user_code === undefined && login.no_browser?.device === true ? (
          <Button busy={call.busy} onPress={() => void call.run(() => signInElsewhere(login.account))}>
            Sign in with a code
          </Button>
        ) : null}
        {login.user_code === undefined ? (
          <Button busy={call.busy} onPress={() => void call.run(() => signIn(login.account))}>
            Open the browser again
          </Button>
        ) : null}
        <Button kind="quiet" onPress={() => void call.run(() => cancelSignIn(login.login_id))}>
          Cancel sign-in
        </Button>
      </div>
      <Fold
        key={login.no_browser === undefined ? 'closed' : 'open'}
        title="The browser is on another machine"
        open={login.no_browser !== undefined}
      >
        <PasteAddress login={login} />
      </Fold>
    </section>
  );
}

/** Nothing is stored before the person has said yes; staying as it was is the first button. */
function OtherBrowser({ login, who }: { readonly login: LoginView; readonly who: string | undefined }): JSX.Element {
  const call = useCall();
  return (
    <div className="stack-small" role="alert">
      <p>
        {who === undefined ? 'A person' : <strong>{who}</strong>} signed in in another browser or profile than the one
        Keytray opened{who === undefined ? ', and the service does not say who' : ''}. Was that you?
      </p>
      <Problem error={call.error} />
      <div className="line">
        <Button autoFocus onPress={() => void call.run(() => confirmSignIn(login.login_id, false))}>
          No, do not take it
        </Button>
        <Button busy={call.busy} onPress={() => void call.run(() => confirmSignIn(login.login_id, true))}>
          {who === undefined ? 'Yes, take this sign-in' : `Yes, sign in as ${who}`}
        </Button>
      </div>
    </div>
  );
}

function DeviceCode({ login, code }: { readonly login: LoginView; readonly code: string }): JSX.Element {
  const call = useCall();
  return (
    <div className="stack-small">
      <p>
        On any device, open <strong>{login.verification_uri}</strong> and enter:
      </p>
      <p className="device-code">{code}</p>
      <div>
        <Button
          onPress={() => void call.run(() => ask('openExternal', { target: 'verification', loginId: login.login_id }))}
        >
          Open it here
        </Button>
      </div>
      <Problem error={call.error} />
    </div>
  );
}

function PasteAddress({ login }: { readonly login: LoginView }): JSX.Element {
  const [address, setAddress] = useState('');
  const [toOpen, setToOpen] = useState<string>();
  const call = useCall();
  const paste = async (): Promise<void> => {
    rememberLogin(await ask('pasteRedirect', { loginId: login.login_id, address: address.trim() }));
  };
  return (
    <form
      className="stack-small"
      onSubmit={(event) => {
        event.preventDefault();
        void call.run(paste);
      }}
    >
      {toOpen === undefined ? (
        <div>
          <Button onPress={() => void call.run(async () => setToOpen(await addressForElsewhere(login.account)))}>
            Show the address to open there
          </Button>
        </div>
      ) : (
        <p className="small">
          Open this address there: <code>{toOpen}</code>
        </p>
      )}
      <TextField
        label="Address your browser ended at"
        hint="The page may say that it cannot be reached; the whole address is what counts."
        value={address}
        onChange={setAddress}
        problem={call.error}
      />
      <div>
        <Button type="submit" busy={call.busy} disabled={address.trim() === ''}>
          Finish sign-in
        </Button>
      </div>
    </form>
  );
}
