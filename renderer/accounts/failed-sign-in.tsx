import { type JSX, useState } from 'react';
import type { LoginView } from '../../ipc/views.ts';
import { Button } from '../design/button.tsx';
import { Fold } from '../design/fold.tsx';
import { Message, Problem } from '../design/message.tsx';
import { ask } from '../state/bridge.ts';
import { showPage } from '../state/route.ts';
import { useCall } from '../state/use-call.ts';
import { addressForElsewhere, signIn } from './actions.ts';
import { type FailureAction, failureActions } from './failure-actions.ts';
import { SecretDialog } from './secret-dialog.tsx';

const texts: Readonly<Record<FailureAction, string>> = {
  sign_in: 'Sign in again',
  sign_in_as_this_person: 'Sign in as this person',
  sign_in_as_other: 'Sign in as someone else',
  store_secret: 'Store the client secret…',
  remove_secret: 'Remove the stored secret',
  sign_in_elsewhere: 'Use a browser on another machine',
  open_settings: 'Open Settings',
};

/** What happened, what to do, and the buttons that do it, where the person sees the failure. */
export function FailedSignIn({ login }: { readonly login: LoginView }): JSX.Element {
  const call = useCall();
  const [asksSecret, setAsksSecret] = useState(false);
  const { account } = login;

  async function act(action: FailureAction): Promise<void> {
    switch (action) {
      case 'sign_in':
        return await signIn(account);
      case 'sign_in_as_this_person':
      case 'sign_in_as_other':
        return await signIn(account, { switch: true });
      case 'store_secret':
        return setAsksSecret(true);
      case 'remove_secret':
        await ask('removeClientSecret', { account });
        return await signIn(account);
      case 'sign_in_elsewhere':
        await addressForElsewhere(account);
        return;
      case 'open_settings':
        return showPage('settings');
    }
  }

  return (
    <Message tone="bad">
      <div className="stack-small">
        <p>
          <strong>The sign-in did not work:</strong> {login.error_description}.
        </p>
        {login.next_step === undefined ? null : <p>{login.next_step}</p>}
        <Problem error={call.error} />
        <div className="line">
          {failureActions(login).map((action) => (
            <Button key={action} busy={call.busy} onPress={() => void call.run(() => act(action))}>
              {texts[action]}
            </Button>
          ))}
        </div>
        {login.detail === undefined ? null : (
          <Fold title="Details">
            <p className="small soft">{login.detail}</p>
          </Fold>
        )}
      </div>
      <SecretDialog
        account={account}
        open={asksSecret}
        onClose={() => setAsksSecret(false)}
        onSaved={() => void call.run(() => signIn(account))}
      />
    </Message>
  );
}
