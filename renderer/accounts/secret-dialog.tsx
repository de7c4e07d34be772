import { type JSX, useState } from 'react';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { TextField } from '../design/field.tsx';
import { ask } from '../state/bridge.ts';
import { useCall } from '../state/use-call.ts';

interface SecretDialogProps {
  readonly account: string;
  readonly open: boolean;
  readonly onClose: () => void;
  /** Called once the secret is stored. */
  readonly onSaved?: () => void;
}

/** The secret goes to the keychain; nothing shows it again. */
export function SecretDialog({ account, open, onClose, onSaved }: SecretDialogProps): JSX.Element {
  const [secret, setSecret] = useState('');
  const call = useCall();
  const close = (): void => {
    setSecret('');
    onClose();
  };
  const save = async (): Promise<void> => {
    await ask('setClientSecret', { account, clientSecret: secret });
    close();
    onSaved?.();
  };
  return (
    <Dialog title="Set the client secret" open={open} onClose={close}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void call.run(save);
        }}
      >
        <TextField
          label="Client secret"
          hint="It is kept where the tokens are, and shown nowhere again."
          value={secret}
          onChange={setSecret}
          secret
          autoFocus
          problem={call.error}
        />
        <div className="dialog-actions">
          <Button onPress={close}>Cancel</Button>
          <Button kind="primary" type="submit" busy={call.busy} disabled={secret === ''}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
