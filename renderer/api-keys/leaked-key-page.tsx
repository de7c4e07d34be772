import { type JSX, useState } from 'react';
import type { KeyAccountView } from '../../ipc/views.ts';
import { Button } from '../design/button.tsx';
import { Choice } from '../design/choice.tsx';
import { TextField } from '../design/field.tsx';
import { Icon } from '../design/icons.tsx';
import { Message, Problem } from '../design/message.tsx';
import { Page } from '../shell/page.tsx';
import { ask } from '../state/bridge.ts';
import { formatRoute } from '../state/route.ts';
import { useAnswer } from '../state/use-answer.ts';
import { useCall } from '../state/use-call.ts';

const back = (
  <a className="page-back" href={formatRoute('accounts')}>
    <Icon name="back" size={16} />
    Accounts
  </a>
);

/** A key that others may have seen is ended at the service that issued it. */
export function LeakedKeyPage(): JSX.Element {
  const known = useAnswer<readonly KeyAccountView[]>('', () => ask('apiKeyAccounts'));
  const bySecret = known.value?.filter(({ revokesBySecret }) => revokesBySecret) ?? [];
  const byId = known.value?.filter(({ revokesBySecret }) => !revokesBySecret) ?? [];
  return (
    <Page title="Revoke a leaked key" before={back} note="The service that issued it ends it at once.">
      <Problem error={known.error} />
      {known.value === undefined ? null : bySecret.length === 0 ? (
        <p className="soft">None of your accounts is of a service that revokes a key by its secret.</p>
      ) : (
        <LeakedKeyForm accounts={bySecret} />
      )}
      {byId.length === 0 ? null : (
        <section className="card stack" aria-labelledby="by-id">
          <div className="card-head">
            <h2 id="by-id">Keys that are revoked by their ID</h2>
          </div>
          <p className="soft">These services do not take the key itself. Find it in the list of the account.</p>
          <ul className="stack-small">
            {byId.map(({ account, title }) => (
              <li key={account}>
                <a className="key-link" href={formatRoute('accounts', account, 'api-keys')}>
                  API keys of {title}
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Page>
  );
}

const placeOf = ({ account, title, server }: KeyAccountView): string =>
  [title === account ? account : `${title} (${account})`, server].filter((part) => part !== undefined).join(', ');

function LeakedKeyForm({ accounts }: { readonly accounts: readonly KeyAccountView[] }): JSX.Element {
  const [secret, setSecret] = useState('');
  const [account, setAccount] = useState(accounts[0]?.account ?? '');
  const [told, setTold] = useState<string>();
  const call = useCall();
  const options = accounts.map((known) => ({ value: known.account, text: placeOf(known) }));
  const at = options.find(({ value }) => value === account)?.text ?? account;
  const pasted = secret.trim();
  const revoke = async (): Promise<void> => {
    setTold(undefined);
    await ask('revokeLeakedKey', { account, secret: pasted });
    setSecret('');
    setTold(`The key was revoked at ${at}.`);
  };
  return (
    <form
      className="card stack"
      aria-label="Leaked key"
      onSubmit={(event) => {
        event.preventDefault();
        void call.run(revoke);
      }}
    >
      <TextField
        label="Key"
        hint="It is sent to that service to be revoked, and kept nowhere."
        value={secret}
        onChange={setSecret}
        secret
        autoFocus
        problem={call.error ?? (/\s/.test(pasted) ? 'A key has no spaces: paste one key.' : undefined)}
      />
      {options.length > 1 ? (
        <Choice label="Issued by" value={account} options={options} onChange={setAccount} />
      ) : (
        <p className="soft">Issued by {at}</p>
      )}
      {told === undefined ? null : <Message tone="good">{told}</Message>}
      <div className="line">
        <Button kind="primary" type="submit" busy={call.busy} disabled={pasted === '' || /\s/.test(pasted)}>
          Revoke key
        </Button>
      </div>
    </form>
  );
}
