import { lstat, readlink, rm, symlink } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { KeytrayError } from '../../errors.ts';
import { makeFolderOf, requireRoom, requireTrustedFolder } from './locked-file.ts';
import { type How, removeFolders } from './managed-file.ts';
import type { Records } from './record.ts';
import type { PlannedLink } from './tool.ts';
import { writeFailure } from './write-failure.ts';

export interface LinkOutcome {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** A link by this name that leads to a program of ours by the same name, in whatever folder Keytray was. */
function isOurs(path: string, target: string): boolean {
  return basename(target) === basename(path) && /\/(?:bin|libexec)\/[^/]+$/.test(target);
}

async function current(path: string): Promise<{ readonly link: string | undefined; readonly there: boolean }> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return { link: undefined, there: false };
  return { link: found.isSymbolicLink() ? await readlink(path) : undefined, there: true };
}

/** Makes a symbolic link to one of our programs, never over what is somebody else's. */
export async function settleLink({ path, target }: PlannedLink, records: Records, how: How): Promise<LinkOutcome> {
  requireTrustedFolder(dirname(path));
  const { link, there } = await current(path);
  if (link === target) return { path, before: link, after: link };
  const record = await records.read(path);
  if (there && !(link !== undefined && (record?.after === link || isOurs(path, link)))) {
    throw new KeytrayError('invalid_request', `${path} is there already and is not ours; nothing was changed`, {
      advice: 'Move it away, then set the tool up again.',
    });
  }
  if (how.dryRun) {
    if (how.look !== true) await requireRoom(path, 0);
    return { path, before: link, after: target };
  }
  const madeFolder = record?.madeFolder ?? (await records.madeFolder(path, makeFolderOf(path)));
  await records.write({ file: path, kind: 'link' }, { before: undefined, after: target, madeFolder });
  try {
    if (there) await rm(path);
    await symlink(target, path);
  } catch (error) {
    throw writeFailure(path, error);
  }
  return { path, before: link, after: target };
}

/** Takes the link away if it is still ours. */
export async function undoLink(path: string, records: Records, how: How): Promise<LinkOutcome> {
  requireTrustedFolder(dirname(path));
  const { link } = await current(path);
  const record = await records.read(path);
  const ours = link !== undefined && (record?.after === link || isOurs(path, link));
  if (how.dryRun) {
    if (ours && how.look !== true) await requireRoom(path, 0);
    return { path, before: link, after: ours ? undefined : link };
  }
  try {
    if (ours) await rm(path);
  } catch (error) {
    throw writeFailure(path, error);
  }
  await records.remove(path);
  if (ours && record?.madeFolder !== undefined) await removeFolders(dirname(path), record.madeFolder);
  return { path, before: link, after: ours ? undefined : link };
}
