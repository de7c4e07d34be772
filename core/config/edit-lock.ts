import { open, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { KeytrayError } from '../errors.ts';
import { makeFolder } from '../platform/make-folder.ts';
import { codeOf } from './config-files.ts';

/** An edit takes milliseconds: a lock this old was left by a process that died. */
const abandonedMs = 10_000;
const pauseMs = 20;

/** One edit of a file at a time, among all processes that edit it through us. */
export async function whileLocked<T>(file: string, work: () => Promise<T>): Promise<T> {
  const lock = join(dirname(file), `.${basename(file)}.lock`);
  try {
    makeFolder(dirname(file));
  } catch (error) {
    throw unwritable(dirname(file), error);
  }
  for (let waited = 0; !(await take(lock)); waited += pauseMs) {
    if (waited > 2 * abandonedMs)
      throw new KeytrayError('temporarily_unavailable', `${file} is being edited; try again`);
    await delay(pauseMs);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw unwritable(dirname(lock), error);
  }
  const left = await stat(lock).catch(() => undefined);
  if (left !== undefined && Date.now() - left.mtimeMs > abandonedMs) await rm(lock, { force: true });
  return false;
}

function unwritable(folder: string, cause: unknown): KeytrayError {
  return new KeytrayError('misconfigured', `${folder} cannot be written (${codeOf(cause)})`, {
    cause,
    advice: 'Give yourself the right to write there, or set KEYTRAY_CONFIG to a file elsewhere.',
  });
}
