import type { JSX } from 'react';
import { Button } from '../design/button.tsx';
import { Message, Problem } from '../design/message.tsx';
import { ask } from '../state/bridge.ts';
import { useAnswer } from '../state/use-answer.ts';
import { useCall } from '../state/use-call.ts';
import { SetupPlan } from '../tools/setup-plan.tsx';

/** Makes git ask Keytray, with the difference in sight before anything is written. */
export function SetUpGit({ onSetUp }: { readonly onSetUp: () => void }): JSX.Element {
  const tools = useAnswer('git', async () => {
    const git = (await ask('listTools')).find(({ tool }) => tool === 'git');
    const plan =
      git?.state === 'not_set_up' && git.hindrance === undefined
        ? await ask('planSetup', { tool: 'git', undo: false })
        : undefined;
    return { git, plan };
  });
  const call = useCall();
  const apply = async (): Promise<void> => {
    await ask('applySetup', { tool: 'git' });
    tools.again();
    onSetUp();
  };
  const { git, plan } = tools.value ?? {};
  if (tools.error !== undefined) return <Problem error={tools.error} />;
  if (tools.value === undefined) return <p className="soft">Looking for git…</p>;
  if (git === undefined || git.state === 'not_found')
    return <Message tone="plain">git is not on this machine.</Message>;
  if (git.state === 'set_up') return <Message tone="good">git asks Keytray for {git.hosts.join(', ')}.</Message>;
  if (plan === undefined) return <Message tone="plain">{git.hindrance}</Message>;
  return (
    <div className="stack">
      <SetupPlan plan={plan} />
      <Problem error={call.error} />
      <div>
        <Button kind="primary" busy={call.busy} onPress={() => void call.run(apply)}>
          Set up git
        </Button>
      </div>
    </div>
  );
}
