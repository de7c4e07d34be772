import { constants } from 'node:fs';
import { access, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { KeytrayError, systemCodeOf } from '../core/errors.ts';
import { makeFolder } from '../core/platform/make-folder.ts';
import type { Notice } from '../core/ports.ts';

export interface LinkedTools {
  readonly folder: string;
  readonly linked: readonly string[];
  /** Names that something of somebody else's has already. */
  readonly inTheWay: readonly string[];
}

/**
 * Links our programs into the first of the folders that we may write to; the last is made where it is missing. Links of
 * another Keytray, as an older version left them, are replaced; nothing else is touched.
 */
export async function linkTools(bin: string, folders: readonly string[]): Promise<LinkedTools> {
  const folder = await firstWritable(folders);
  const linked: string[] = [];
  const inTheWay: string[] = [];
  for (const name of await readdir(bin)) {
    const placed = await place(join(bin, name), join(folder, name));
    (placed ? linked : inTheWay).push(name);
  }
  return { folder, linked, inTheWay };
}

async function firstWritable(folders: readonly string[]): Promise<string> {
  for (const folder of folders) {
    try {
      if (folder === folders.at(-1)) makeFolder(folder, 0o777);
      await access(folder, constants.W_OK);
      return folder;
    } catch {
      // The next one may do.
    }
  }
  throw new KeytrayError('misconfigured', `none of these folders can be written to: ${folders.join(', ')}`, {
    advice: 'Make one of them yours, or put the folder of the programs on PATH by hand.',
  });
}

async function place(program: string, link: string): Promise<boolean> {
  const target = await readlink(link).catch((error: unknown) => systemCodeOf(error));
  if (target === program) return true;
  const ours = target.startsWith('/') && /\/keytray\/bin\/[^/]+$/.test(target);
  if (!ours && target !== 'ENOENT') return false;
  await rm(link, { force: true });
  await symlink(program, link);
  return true;
}

/** What the person reads afterwards. Pure. */
export function linkedNotice({ folder, linked, inTheWay }: LinkedTools, searchPath: string): Notice {
  const lines = [
    `${linked.length === 1 ? '1 program is' : `${linked.length} programs are`} linked in ${folder}.`,
    ...(searchPath.split(':').includes(folder) ? [] : [`Add ${folder} to the PATH of your shell.`]),
    ...(inTheWay.length === 0 ? [] : [`Left alone, because they belong to something else: ${inTheWay.join(', ')}.`]),
  ];
  return { id: 'linked-tools', title: 'Command line tools are installed', body: lines.join(' '), actions: [] };
}
