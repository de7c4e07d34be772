import { randomBytes } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '../platform/make-folder.ts';
import { syncFolder, writeDurably } from './durable-file.ts';

/**
 * Replaces a file in one step: readers see the old bytes or the new ones, never half of them, also after a
 * power cut. Mode 0600; a missing folder is made with 0700. `stillFresh` is asked last, right before the swap.
 */
export async function writeFileAtomically(
  file: string,
  content: string | Uint8Array,
  options: { readonly mode?: number; readonly stillFresh?: () => Promise<boolean> } = {},
): Promise<boolean> {
  const folder = dirname(file);
  makeFolder(folder);
  const temporary = join(folder, `.keytray-${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeDurably(temporary, content, options.mode);
    if (options.stillFresh !== undefined && !(await options.stillFresh())) return false;
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(folder);
  return true;
}
