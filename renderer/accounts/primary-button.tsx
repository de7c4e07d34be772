import { type JSX, useEffect, useState } from 'react';
import type { AccountView } from '../../ipc/views.ts';
import { Button } from '../design/button.tsx';
import { ask } from '../state/bridge.ts';
import { useNow } from '../state/now.ts';
import { showPage } from '../state/route.ts';
import type { Call } from '../state/use-call.ts';
import { cancelSignIn, signIn } from './actions.ts';
import { primaryAction } from './words.ts';

interface PrimaryButtonProps {
  readonly view: AccountView;
  readonly call: Call;
}

/** The account's one action. Its name carries the account's, since many of these stand on one page. */
export function PrimaryButton({ view, call }: PrimaryButtonProps): JSX.Element | null {
  const now = useNow();
  const named = (text: string): { readonly label: string } => ({ label: `${text}: ${view.account}` });
  const doing = (work: () => Promise<void>) => () => void call.run(work);
  const { account, login } = view;
  switch (primaryAction(view, now)) {
    case 'sign_in':
      return (
        <Button kind="primary" busy={call.busy} onPress={doing(() => signIn(account))} {...named('Sign in')}>
          Sign in
        </Button>
      );
    case 'renew':
      return (
        <Button kind="primary" busy={call.busy} onPress={doing(() => signIn(account))} {...named('Renew')}>
          Renew
        </Button>
      );
    case 'cancel':
      return login === undefined ? null : (
        <Button busy={call.busy} onPress={doing(() => cancelSignIn(login.login_id))} {...named('Cancel')}>
          Cancel
        </Button>
      );
    case 'retry':
      return (
        <Button
          busy={call.busy}
          onPress={doing(async () => {
            await ask('refreshNow', { account });
          })}
          {...named('Try again')}
        >
          Try again
        </Button>
      );
    case 'unlock':
      return (
        <Button kind="primary" onPress={() => showPage('settings')} {...named('Unlock…')}>
          Unlock…
        </Button>
      );
    case 'choose_store':
      return (
        <Button onPress={() => showPage('settings')} {...named('Choose a store…')}>
          Choose a store…
        </Button>
      );
    case 'copy_token':
      return <CopyToken account={account} call={call} />;
    case 'none':
      return null;
  }
}

/** The token goes to the clipboard in the main process; this page never sees it. */
export function CopyToken({ account, call }: { readonly account: string; readonly call: Call }): JSX.Element {
  const [seconds, setSeconds] = useState<number>();
  useEffect(() => {
    if (seconds === undefined) return;
    const timer = setTimeout(() => setSeconds(undefined), seconds * 1_000);
    return () => clearTimeout(timer);
  }, [seconds]);
  const copy = async (): Promise<void> => {
    const { clearedInSeconds } = await ask('copyToken', { account });
    setSeconds(clearedInSeconds);
  };
  const copied = seconds !== undefined;
  return (
    <Button
      busy={call.busy}
      onPress={() => void call.run(copy)}
      label={copied ? `Copied, cleared in ${seconds} s: ${account}` : `Copy token: ${account}`}
    >
      {copied ? `Copied, for ${seconds} s` : 'Copy token'}
    </Button>
  );
}
