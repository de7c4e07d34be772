import type { JSX } from 'react';
import type { ToolView } from '../../ipc/views.ts';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { Problem } from '../design/message.tsx';
import { ask } from '../state/bridge.ts';
import { useAnswer } from '../state/use-answer.ts';
import { useCall } from '../state/use-call.ts';
import { SetupPlan } from './setup-plan.tsx';

export interface SetupWish {
  readonly tool: ToolView;
  readonly undo: boolean;
}

interface SetupDialogProps {
  readonly wish: SetupWish;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function titleOf({ tool, undo }: SetupWish): string {
  if (undo) return `Undo the set-up of ${tool.title}?`;
  return tool.byHand === true ? `${tool.title} with Keytray` : `Set up ${tool.title}?`;
}

/** Shows the difference first; nothing is written before the person says so. */
export function SetupDialog({ wish, onClose, onDone }: SetupDialogProps): JSX.Element {
  const { tool, undo } = wish;
  const plan = useAnswer(`${tool.tool} ${undo}`, () => ask('planSetup', { tool: tool.tool, undo }));
  const call = useCall();
  const apply = async (): Promise<void> => {
    await ask(undo ? 'undoSetup' : 'applySetup', { tool: tool.tool });
    onDone();
  };
  return (
    <Dialog title={titleOf(wish)} open onClose={onClose}>
      <Problem error={plan.error} />
      {plan.value === undefined ? null : <SetupPlan plan={plan.value} />}
      <Problem error={call.error} />
      <div className="dialog-actions">
        <Button onPress={onClose}>{plan.value?.changed === false ? 'Close' : 'Cancel'}</Button>
        {plan.value?.changed === false ? null : (
          <Button
            kind="primary"
            busy={call.busy}
            disabled={plan.value === undefined}
            onPress={() => void call.run(apply)}
          >
            {undo ? 'Undo' : 'Set up'}
          </Button>
        )}
      </div>
    </Dialog>
  );
}
