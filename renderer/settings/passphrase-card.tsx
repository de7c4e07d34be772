import { type JSX, useState } from 'react';
import type { EncryptedFileView } from '../../ipc/views.ts';
import { Button } from '../design/button.tsx';
import { TextField } from '../design/field.tsx';
import { Fold } from '../design/fold.tsx';
import { Problem } from '../design/message.tsx';
import { ask } from '../state/bridge.ts';
import { rememberSettings } from '../state/store.ts';
import { useCall } from '../state/use-call.ts';

/** The encrypted file: make it, unlock it, lock it, change its passphrase. */
export function PassphraseCard({ file }: { readonly file: EncryptedFileView }): JSX.Element {
  const call = useCall();
  if (file.state === 'unlocked') {
    return (
      <div className="stack">
        <div className="line">
          <span>The encrypted file is unlocked.</span>
          <Button busy={call.busy} onPress={() => void call.run(async () => rememberSettings(await ask('lockStore')))}>
            Lock it
          </Button>
        </div>
        <Note file={file} />
        <Problem error={call.error} />
        <Fold title="Change the passphrase">
          <ChangeForm />
        </Fold>
      </div>
    );
  }
  return (
    <div className="stack">
      <p>{file.present ? 'The encrypted file is locked.' : 'There is no encrypted file yet.'}</p>
      <Note file={file} />
      {file.present ? (
        <UnlockForm create={false} />
      ) : (
        <Fold title="Make an encrypted file">
          <UnlockForm create />
        </Fold>
      )}
    </div>
  );
}

function Note({ file }: { readonly file: EncryptedFileView }): JSX.Element | null {
  return file.note === undefined ? null : <p className="small soft">{file.note}</p>;
}

function UnlockForm({ create }: { readonly create: boolean }): JSX.Element {
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const call = useCall();
  const differ = create && again !== '' && again !== passphrase;
  const unlock = async (): Promise<void> => {
    rememberSettings(await ask('unlockStore', { passphrase, create }));
    setPassphrase('');
    setAgain('');
  };
  return (
    <form
      className="stack narrow"
      onSubmit={(event) => {
        event.preventDefault();
        void call.run(unlock);
      }}
    >
      <TextField label="Passphrase" secret value={passphrase} onChange={setPassphrase} problem={call.error} />
      {create ? (
        <TextField
          label="Passphrase again"
          hint="Nobody can recover it; without it you sign in anew."
          secret
          value={again}
          onChange={setAgain}
          problem={differ ? 'The two differ.' : undefined}
        />
      ) : null}
      <div>
        <Button
          kind="primary"
          type="submit"
          busy={call.busy}
          disabled={passphrase === '' || (create && again !== passphrase)}
        >
          {create ? 'Make the file' : 'Unlock'}
        </Button>
      </div>
    </form>
  );
}

function ChangeForm(): JSX.Element {
  const [old, setOld] = useState('');
  const [next, setNext] = useState('');
  const [done, setDone] = useState(false);
  const call = useCall();
  const change = async (): Promise<void> => {
    rememberSettings(await ask('changePassphrase', { old, new: next }));
    setOld('');
    setNext('');
    setDone(true);
  };
  return (
    <form
      className="stack narrow"
      onSubmit={(event) => {
        event.preventDefault();
        setDone(false);
        void call.run(change);
      }}
    >
      <TextField label="Passphrase now" secret value={old} onChange={setOld} problem={call.error} />
      <TextField label="New passphrase" secret value={next} onChange={setNext} />
      <p className="small soft" role="status">
        {done ? 'The passphrase is changed.' : ''}
      </p>
      <div>
        <Button type="submit" busy={call.busy} disabled={old === '' || next === ''}>
          Change passphrase
        </Button>
      </div>
    </form>
  );
}
