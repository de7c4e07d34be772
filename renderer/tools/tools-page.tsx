import { type JSX, useState } from 'react';
import type { ToolView } from '../../ipc/views.ts';
import { Button } from '../design/button.tsx';
import { Mark } from '../design/mark.tsx';
import { Message, Problem } from '../design/message.tsx';
import { Page } from '../shell/page.tsx';
import { ask } from '../state/bridge.ts';
import { useApp } from '../state/store.ts';
import { useAnswer } from '../state/use-answer.ts';
import { SetupDialog, type SetupWish } from './setup-dialog.tsx';

/** What each account serves decides what tools can do. */
function servedKey(accounts: ReadonlyMap<string, { readonly serves: object }>): string {
  return JSON.stringify([...accounts].map(([account, { serves }]) => [account, serves]));
}

export function ToolsPage(): JSX.Element {
  const accounts = useApp((state) => state.accounts);
  const tools = useAnswer(servedKey(accounts), () => ask('listTools'));
  const [wish, setWish] = useState<SetupWish>();
  const found = (tools.value ?? []).filter(({ state }) => state !== 'not_found');
  const useful = found.filter(({ state, accounts: serving }) => state === 'set_up' || serving.length > 0);
  const unserved = found.filter((tool) => !useful.includes(tool));
  const missing = (tools.value ?? []).filter(({ state }) => state === 'not_found');
  return (
    <Page title="Tools" note="What on this machine can ask Keytray for its credentials.">
      <Problem error={tools.error} />
      <ul className="tools">
        {useful.map((tool) => (
          <ToolCard key={tool.tool} tool={tool} onWish={setWish} />
        ))}
      </ul>
      {unserved.length === 0 ? null : (
        <p className="small soft">
          No account serves these yet: {unserved.map(({ title }) => title).join(', ')}. Add their hosts to an account to
          set them up.
        </p>
      )}
      {missing.length === 0 ? null : (
        <p className="small soft">Not found on this machine: {missing.map(({ title }) => title).join(', ')}.</p>
      )}
      {wish === undefined ? null : (
        <SetupDialog
          wish={wish}
          onClose={() => setWish(undefined)}
          onDone={() => {
            setWish(undefined);
            tools.again();
          }}
        />
      )}
    </Page>
  );
}

interface ToolCardProps {
  readonly tool: ToolView;
  readonly onWish: (wish: SetupWish) => void;
}

function ToolState({ tool }: { readonly tool: ToolView }): JSX.Element {
  if (tool.state === 'set_up') return <span className="state good">Set up</span>;
  return <span className="state idle">{tool.byHand === true ? 'Nothing to set up' : 'Not set up'}</span>;
}

function ToolAction({ tool, onWish }: ToolCardProps): JSX.Element {
  if (tool.state === 'set_up') {
    return (
      <Button label={`Undo… ${tool.title}`} onPress={() => onWish({ tool, undo: true })}>
        Undo…
      </Button>
    );
  }
  if (tool.byHand === true) {
    return (
      <Button label={`How to use… ${tool.title}`} onPress={() => onWish({ tool, undo: false })}>
        How to use…
      </Button>
    );
  }
  return (
    <Button
      kind="primary"
      label={`Set up… ${tool.title}`}
      disabled={tool.hindrance !== undefined}
      onPress={() => onWish({ tool, undo: false })}
    >
      Set up…
    </Button>
  );
}

function ToolCard({ tool, onWish }: ToolCardProps): JSX.Element {
  return (
    <li className="card tool">
      <Mark name={tool.title} />
      <div className="tool-text">
        <span className="line">
          <h2>{tool.title}</h2>
          {tool.version === undefined ? null : <span className="small soft">{tool.version}</span>}
        </span>
        <ToolState tool={tool} />
        {tool.hosts.length === 0 ? null : (
          <p className="small soft">
            {tool.hosts.join(', ')}
            {tool.accounts.length === 0 ? '' : ` with ${tool.accounts.join(', ')}`}
          </p>
        )}
        {tool.hindrance === undefined ? null : <p className="small soft">{tool.hindrance}</p>}
        {tool.conflict === undefined ? null : <Message tone="warn">{tool.conflict}</Message>}
      </div>
      <ToolAction tool={tool} onWish={onWish} />
    </li>
  );
}
