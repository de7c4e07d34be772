import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { plainText } from '../untrusted/plain-text.ts';

/** Name and pid of a process of this user that has the socket open, where /proc shows it: to root, or of our own. */
export async function programOfSocket(inode: number, uid: number): Promise<string | undefined> {
  const wanted = `socket:[${inode}]`;
  for (const pid of await namesIn('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    // Their descriptors take long to read on a busy machine.
    if ((await stat(`/proc/${pid}`).catch(() => undefined))?.uid !== uid) continue;
    for (const fd of await namesIn(`/proc/${pid}/fd`)) {
      if ((await readlink(`/proc/${pid}/fd/${fd}`).catch(() => undefined)) !== wanted) continue;
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
      return `${plainText(name, 32) || 'process'} (pid ${pid})`;
    }
  }
  return undefined;
}

/** Empty for what is not ours to read. */
async function namesIn(folder: string): Promise<readonly string[]> {
  return await readdir(folder).catch(() => []);
}
