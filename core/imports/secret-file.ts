import { chmod } from 'node:fs/promises';
import { changeLocked, realFile } from '../setup/engine/locked-file.ts';
import { readSourceFile, utf8Text } from './source-file.ts';

/** Its owner alone reads and writes it. */
const ownerOnly = 0o600;

/**
 * Changes a file that a secret goes into: from then on only its owner may read it. `change` gets the text that is
 * there. Rejects with a `KeytrayError`, and then the file is as it was.
 */
export async function writeSecretFile(file: string, change: (text: string | undefined) => string): Promise<void> {
  const target = realFile(file);
  // Judged before its mode is mended: what others could write until now may hold anything.
  if ((await readSourceFile(target)) !== undefined) await chmod(target, ownerOnly);
  await changeLocked(target, ownerOnly, async (current) => ({
    bytes: Buffer.from(change(current && utf8Text(current, file))),
  }));
}
