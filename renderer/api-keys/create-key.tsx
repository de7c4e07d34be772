import { type JSX, useState } from 'react';
import type { ApiKeyListView, CreatedApiKeyView } from '../../ipc/views.ts';
import { Button } from '../design/button.tsx';
import { TextField } from '../design/field.tsx';
import { ask } from '../state/bridge.ts';
import { useCall } from '../state/use-call.ts';
import { daysOf } from './words.ts';

interface CreateKeyProps {
  readonly account: string;
  readonly can: ApiKeyListView['can'];
  readonly onMade: (made: CreatedApiKeyView) => void;
}

/** A name, an end where the service sets one, and who keeps it: an account, or the person who asks. */
export function CreateKey({ account, can, onMade }: CreateKeyProps): JSX.Element {
  const [name, setName] = useState('');
  const [days, setDays] = useState('90');
  const [keepAs, setKeepAs] = useState('');
  const call = useCall();
  const kept = keepAs.trim();
  const wanted = can.expiry ? daysOf(days) : undefined;
  const complete = name.trim() !== '' && (!can.expiry || wanted !== undefined);
  const create = async (): Promise<void> => {
    const made = await ask('createApiKey', {
      account,
      name: name.trim(),
      ...(wanted !== undefined && { days: wanted }),
      ...(kept !== '' && { keepAs: kept }),
    });
    setName('');
    setKeepAs('');
    onMade(made);
  };
  return (
    <section className="card stack" aria-labelledby="create-key">
      <div className="card-head">
        <h2 id="create-key">Create a key</h2>
      </div>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void call.run(create);
        }}
      >
        <TextField
          label="Name"
          hint="What it is for: ci-github-prod"
          value={name}
          onChange={setName}
          problem={call.error}
        />
        {can.expiry ? (
          <TextField
            label="Days"
            value={days}
            onChange={setDays}
            problem={wanted === undefined ? 'A key lives 1 to 365 days.' : undefined}
          />
        ) : (
          <p className="small soft">The end of a key is set on its page at the service, not here.</p>
        )}
        <TextField
          label="Keep as account"
          hint="Like quilt@ci: kept in the keychain for tools, and not shown. Left empty, the secret is shown once."
          value={keepAs}
          onChange={setKeepAs}
        />
        <div className="line">
          <Button kind="primary" type="submit" busy={call.busy} disabled={!complete}>
            Create key
          </Button>
        </div>
      </form>
    </section>
  );
}
