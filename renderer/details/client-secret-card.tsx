import { type JSX, useState } from 'react';
import type { AccountDetails, AccountView } from '../../ipc/views.ts';
import { SecretDialog } from '../accounts/secret-dialog.tsx';
import { Button } from '../design/button.tsx';
import { Problem } from '../design/message.tsx';
import { ask } from '../state/bridge.ts';
import { useCall } from '../state/use-call.ts';

interface ClientSecretCardProps {
  readonly view: AccountView;
  readonly details: AccountDetails | undefined;
}

/** Whether a client secret is stored: a stored one that the client does not have makes every sign-in fail. */
export function ClientSecretCard({ view, details }: ClientSecretCardProps): JSX.Element | null {
  const [open, setOpen] = useState(false);
  const call = useCall();
  const { account, client_secret: state } = view;
  if (details === undefined || (state !== 'stored' && state !== 'missing')) return null;
  const remove = async (): Promise<void> => {
    await ask('removeClientSecret', { account });
  };
  return (
    <section className="card stack" aria-label="Client secret">
      <dl className="facts">
        <div className="fact">
          <dt>Client secret</dt>
          <dd>{state}</dd>
        </div>
      </dl>
      {state === 'stored' && details.clientSecret === 'none' ? (
        <p className="soft small">It is not used: this client is public.</p>
      ) : null}
      <Problem error={call.error} />
      <div className="line">
        {details.clientSecret === 'none' ? null : (
          <Button onPress={() => setOpen(true)}>{state === 'stored' ? 'Replace…' : 'Store it…'}</Button>
        )}
        {state === 'stored' ? (
          <Button busy={call.busy} onPress={() => void call.run(remove)}>
            Remove
          </Button>
        ) : null}
      </div>
      <SecretDialog account={account} open={open} onClose={() => setOpen(false)} />
    </section>
  );
}
