import { changeLocked, realFile } from '../setup/engine/locked-file.ts';
import type { TakeOut } from './found.ts';
import { utf8Text } from './source-file.ts';

/** Mode of a file that has to be made. */
const ownerOnly = 0o600;

/**
 * Takes secrets out of the file they were found in, in one step; mode, owner, links and every other byte stay. False
 * where the file says something else by now, and then it is as it was. Rejects with a `KeytrayError` likewise.
 */
export async function takeOutOfSource(takeOut: TakeOut): Promise<boolean> {
  let gone = false;
  const file = realFile(takeOut.file);
  await changeLocked(file, ownerOnly, async (current) => {
    const text = current && takeOut.without(utf8Text(current, takeOut.file));
    gone = text !== undefined;
    return { bytes: text === undefined ? current : Buffer.from(text) };
  });
  return gone;
}
