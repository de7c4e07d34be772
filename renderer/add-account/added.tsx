import type { JSX } from 'react';
import type { AccountView } from '../../ipc/views.ts';
import { PrimaryButton } from '../accounts/primary-button.tsx';
import { SignInPanel } from '../accounts/sign-in-panel.tsx';
import { troubleSentence, who } from '../accounts/words.ts';
import { Button } from '../design/button.tsx';
import { Copyable } from '../design/copyable.tsx';
import { Message, Problem } from '../design/message.tsx';
import { useNow } from '../state/now.ts';
import { showPage } from '../state/route.ts';
import { useApp } from '../state/store.ts';
import { useCall } from '../state/use-call.ts';
import { tryCommand } from './try-command.ts';

/** What became of the new account: the sign-in under way, then what now works. */
export function Added({ account }: { readonly account: string }): JSX.Element {
  const view = useApp((state) => state.accounts.get(account));
  if (view === undefined) return <Message tone="plain">{account} is added.</Message>;
  return (
    <div className="stack added">
      {view.state === 'active' ? <SignedIn view={view} /> : <NotYet view={view} />}
      <SignInPanel account={account} />
    </div>
  );
}

function NotYet({ view }: { readonly view: AccountView }): JSX.Element {
  const call = useCall();
  const trouble = troubleSentence(view, useNow());
  const open = useApp((state) => ['started', 'failed'].includes(state.logins.get(view.account)?.state ?? ''));
  if (open) return <p>{view.title} is added.</p>;
  return (
    <>
      <p>{view.title} is added.</p>
      {trouble === undefined ? null : <Message tone="warn">{trouble}</Message>}
      <Problem error={call.error} />
      <div>
        <PrimaryButton view={view} call={call} />
      </div>
    </>
  );
}

export function SignedIn({ view }: { readonly view: AccountView }): JSX.Element {
  const person = who(view);
  const command = tryCommand(view);
  return (
    <>
      <Message tone="good">
        You are signed in to {view.title}
        {person === undefined ? '' : ` as ${person}`}.
      </Message>
      <div className="stack-small">
        <p>Try:</p>
        <Copyable text={command.text} what="command" />
        {command.needsSetup ? <p className="small soft">git asks Keytray once it is set up for these hosts.</p> : null}
      </div>
      <div className="line">
        {command.needsSetup ? (
          <Button kind="primary" onPress={() => showPage('tools')}>
            Set up tools
          </Button>
        ) : null}
        <Button onPress={() => showPage('accounts', view.account)}>Show the account</Button>
      </div>
    </>
  );
}
