import { type JSX, useState } from 'react';
import type { AccountDetails, AccountView } from '../../ipc/views.ts';
import { signIn, signInElsewhere } from '../accounts/actions.ts';
import { SecretDialog } from '../accounts/secret-dialog.tsx';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { type MenuEntry, MoreMenu } from '../design/menu.tsx';
import { Problem } from '../design/message.tsx';
import { ask } from '../state/bridge.ts';
import { showPage } from '../state/route.ts';
import { type Call, useCall } from '../state/use-call.ts';

interface AccountMenuProps {
  readonly view: AccountView;
  readonly details: AccountDetails | undefined;
  readonly call: Call;
}

type Question = 'sign_out' | 'remove' | 'secret';

export function AccountMenu({ view, details, call }: AccountMenuProps): JSX.Element {
  const [question, setQuestion] = useState<Question>();
  const close = (): void => setQuestion(undefined);
  const { account } = view;
  const signedIn = view.state === 'active' || view.state === 'degraded';
  const entries: readonly (MenuEntry | false)[] = [
    signedIn && {
      text: 'Refresh now',
      run: () =>
        void call.run(async () => {
          await ask('refreshNow', { account });
        }),
    },
    signedIn && { text: 'Renew the sign-in', run: () => void call.run(() => signIn(account)) },
    signedIn && {
      text: 'Sign in as someone else…',
      run: () => void call.run(() => signIn(account, { switch: true })),
    },
    // Whether the server of an issuer offers it, its metadata says once it is asked.
    (details?.issuer !== undefined || details?.endpoints.device_authorization !== undefined) && {
      text: 'Sign in with a code',
      run: () => void call.run(() => signInElsewhere(account)),
    },
    details !== undefined &&
      details.clientSecret !== 'none' && { text: 'Set the client secret…', run: () => setQuestion('secret') },
    (signedIn || view.state === 'login_required') && {
      text: 'Sign out…',
      run: () => setQuestion('sign_out'),
    },
    details?.editable === true && { text: 'Remove account…', run: () => setQuestion('remove'), danger: true },
  ];
  return (
    <>
      <MoreMenu label={`More for ${account}`} entries={entries.filter((entry) => entry !== false)} />
      <SignOutDialog view={view} open={question === 'sign_out'} onClose={close} />
      <RemoveDialog view={view} open={question === 'remove'} onClose={close} />
      <SecretDialog account={account} open={question === 'secret'} onClose={close} />
    </>
  );
}

interface QuestionProps {
  readonly view: AccountView;
  readonly open: boolean;
  readonly onClose: () => void;
}

const revocationWords = {
  revoked: undefined,
  not_asked: undefined,
  nothing_to_revoke: undefined,
  unsupported: 'Signed out here. The server has no way to revoke tokens: they end by themselves.',
  failed: 'Signed out here. The server could not be told; its tokens end by themselves.',
  shared: 'Signed out here. Nothing was revoked, since another account uses the same sign-in.',
} as const;

function SignOutDialog({ view, open, onClose }: QuestionProps): JSX.Element {
  const call = useCall();
  const [left, setLeft] = useState<string>();
  const close = (): void => {
    setLeft(undefined);
    onClose();
  };
  const signOut = async (): Promise<void> => {
    const { revocation } = await ask('logout', { account: view.account, revoke: true });
    const words = revocationWords[revocation];
    if (words === undefined) close();
    else setLeft(words);
  };
  if (left !== undefined) {
    return (
      <Dialog title={`Signed out of ${view.title}`} open={open} onClose={close}>
        <p>{left}</p>
        <div className="dialog-actions">
          <Button onPress={close}>Close</Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title={`Sign out of ${view.title}?`} open={open} onClose={close} alert>
      <p>The tokens are revoked at the server and forgotten here. Tools that use them stop until you sign in again.</p>
      <Problem error={call.error} />
      <div className="dialog-actions">
        <Button onPress={close}>Stay signed in</Button>
        <Button kind="danger" busy={call.busy} onPress={() => void call.run(signOut)}>
          Sign out
        </Button>
      </div>
    </Dialog>
  );
}

function RemoveDialog({ view, open, onClose }: QuestionProps): JSX.Element {
  const call = useCall();
  const remove = async (): Promise<void> => {
    await ask('removeAccount', { account: view.account });
    onClose();
    showPage('accounts');
  };
  return (
    <Dialog title={`Remove ${view.title}?`} open={open} onClose={onClose} alert>
      <p>You are signed out, and {view.account} goes from the configuration.</p>
      <Problem error={call.error} />
      <div className="dialog-actions">
        <Button onPress={onClose}>Keep it</Button>
        <Button kind="danger" busy={call.busy} onPress={() => void call.run(remove)}>
          Remove account
        </Button>
      </div>
    </Dialog>
  );
}
