import { type JSX, useState } from 'react';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { Icon } from '../design/icons.tsx';
import { Problem } from '../design/message.tsx';
import { ask } from '../state/bridge.ts';
import { useCall } from '../state/use-call.ts';

/** A key that was just created; its secret is nowhere else. */
export interface NewKey {
  readonly name: string;
  readonly secret: string;
  /** What is to be done with it. */
  readonly next: string;
}

interface ShownKeyProps {
  readonly made: NewKey;
  readonly onDone: () => void;
}

/** The one time that the secret is seen. Whoever shows this forgets it when it is closed, and when the page is left. */
export function ShownKey({ made, onDone }: ShownKeyProps): JSX.Element {
  const [clearedIn, setClearedIn] = useState<number>();
  const call = useCall();
  const copy = async (): Promise<void> => {
    setClearedIn((await ask('copySecret', { secret: made.secret })).clearedInSeconds);
  };
  return (
    <Dialog title={`The secret of ${made.name}`} open onClose={onDone}>
      <p>It is shown only now. {made.next}</p>
      <div className="copyable">
        <code>{made.secret}</code>
        <Button kind="quiet" onPress={() => void call.run(copy)} label="Copy the secret">
          <Icon name={clearedIn === undefined ? 'copy' : 'done'} size={16} />
          {clearedIn === undefined ? 'Copy' : 'Copied'}
        </Button>
      </div>
      <p className="small soft" role="status">
        {clearedIn === undefined ? '' : `Copied; cleared from the clipboard in ${clearedIn} s.`}
      </p>
      <Problem error={call.error} />
      <div className="dialog-actions">
        <Button kind="primary" onPress={onDone}>
          Done
        </Button>
      </div>
    </Dialog>
  );
}
