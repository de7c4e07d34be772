import { KeytrayError } from '../errors.ts';
import { describeProblem, openTrusted, ownUid } from './trusted-path.ts';

/**
 * The text of a file of ours, undefined where there is none. Rejects with the system's error, and with
 * `misconfigured` where others could have written the file.
 */
export async function readTrustedText(file: string, uid = ownUid()): Promise<string | undefined> {
  const opened = await openTrusted(file, uid);
  if (opened.kind === 'missing') return undefined;
  if (opened.kind === 'refused') throw new KeytrayError('misconfigured', describeProblem(opened.problem));
  try {
    return await opened.handle.readFile('utf8');
  } finally {
    await opened.handle.close();
  }
}
