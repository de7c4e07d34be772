import { constants, lstatSync, readlinkSync, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { KeytrayError, systemCodeOf } from '../errors.ts';
import { shellWord } from './command-words.ts';
import { isPrivateGroup, userFiles } from './private-group.ts';

/**
 * The one judgement of files that decide what Keytray believes or writes to: nobody but the user and root can have
 * made them, or put others in their place. `client/native/trust.c` has the same rules for the socket.
 */

const mostLinks = 40;

/** `path` is the one that is wrong: the file itself, or a folder or link on the way to it. */
export interface PathProblem {
  readonly kind: 'owner' | 'mode' | 'names' | 'link' | 'links' | 'type';
  readonly path: string;
  /** Whose it is. */
  readonly owner: number;
  /** For people, without an end stop. */
  readonly message: string;
  /** The command that mends it, for people; empty where there is none. */
  readonly fix: string;
}

export type JudgedPath =
  /** `path` leads to it without a link. */
  | { readonly kind: 'trusted'; readonly path: string; readonly found: Stats }
  /** Nothing is there, or it is not ours to look into; the folders before that are trusted. `path` is where it would be. */
  | { readonly kind: 'absent'; readonly path: string }
  | { readonly kind: 'refused'; readonly problem: PathProblem };

/**
 * Judges every folder from `/` to what `path` names, and that itself, for the user `uid`. Links are followed as the
 * kernel does, each judged by its owner. A sticky folder passes for what belongs to the user or root in it.
 */
export function judgePath(path: string, uid: number): JudgedPath {
  const ahead = resolve(path).split('/');
  let at = '/';
  let folder: Stats | undefined;
  let end: JudgedPath = { kind: 'absent', path };
  let links = 0;
  for (let name = ahead.shift(); name !== undefined; name = ahead.shift()) {
    const here = join(at, name);
    const found = lstatOf(here);
    if (found === undefined) return { kind: 'absent', path: join(here, ...ahead) };
    if (!isOwned(found, uid)) return refused(ownerProblem(here, found, uid, ahead.length === 0));
    if (hasStrangeNames(found, folder)) return refused(namesProblem(here, found));
    if (found.isSymbolicLink()) {
      links += 1;
      if (links > mostLinks) return refused(problemOf('links', here, found, `${here} leads through too many links`));
      const target = readlinkSync(here);
      if (target.startsWith('/')) at = '/';
      ahead.unshift(...target.split('/'));
      continue;
    }
    if (!found.isDirectory() && ahead.length > 0) return refused(notFolder(here, found));
    if (isOpen(found, uid)) return refused(modeProblem(here, found));
    end = { kind: 'trusted', path: here, found };
    if (!found.isDirectory()) return end;
    at = here;
    folder = found;
  }
  return end;
}

/** What is wrong with one of the folders that lead to `folder`, itself included. What is not there yet is no problem. */
export function wayProblem(folder: string, uid: number): PathProblem | undefined {
  const judged = judgePath(folder, uid);
  if (judged.kind === 'refused') return judged.problem;
  return judged.kind === 'trusted' && !judged.found.isDirectory() ? notFolder(judged.path, judged.found) : undefined;
}

/**
 * Throws `misconfigured` where others could put files of theirs into a folder that is for our files alone, or put
 * another folder in its place.
 */
export function requireOwnFolder(folder: string, uid: number): void {
  const judged = judgePath(folder, uid);
  const problem = judged.kind === 'trusted' ? sharedProblem(judged.path, judged.found) : wayProblem(folder, uid);
  if (problem !== undefined) throw new KeytrayError('misconfigured', describeProblem(problem));
}

/** The sticky bit keeps others from what is ours in a folder, not from making what is not there yet. */
function sharedProblem(path: string, found: Stats): PathProblem | undefined {
  if (!found.isDirectory()) return notFolder(path, found);
  return (found.mode & 0o002) === 0 ? undefined : modeProblem(path, found);
}

/** For a process that judges for itself. */
export const ownUid = (): number => process.getuid?.() ?? 0;

export type OpenedFile =
  /** `path` leads to it without a link. The caller closes the handle. */
  | { readonly kind: 'opened'; readonly handle: FileHandle; readonly path: string; readonly found: Stats }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly problem: PathProblem };

/**
 * Opens a regular file for reading, judged as it was opened, so that what was checked is what is read.
 * Rejects with the system's error.
 */
export async function openTrusted(file: string, uid: number): Promise<OpenedFile> {
  const judged = judgePath(file, uid);
  if (judged.kind === 'refused') return judged;
  const path = judged.kind === 'trusted' ? judged.path : file;
  let handle: FileHandle;
  try {
    handle = await open(path, readOnly);
  } catch (error) {
    // A link that leads nowhere, or something that went or came since the look.
    if (['ENOENT', 'ELOOP'].includes(systemCodeOf(error))) return { kind: 'missing' };
    throw error;
  }
  try {
    const found = await handle.stat();
    const problem =
      openedProblem(path, found, uid) ??
      movedProblem(judged.kind === 'trusted' ? judged : judgePath(file, uid), found, path);
    if (problem === undefined) return { kind: 'opened', handle, path, found };
    await handle.close();
    return refused(problem);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** A named pipe in its place must not hold us up, and a link laid since must not lead elsewhere. */
const readOnly = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

function openedProblem(path: string, found: Stats, uid: number): PathProblem | undefined {
  if (!found.isFile()) return problemOf('type', path, found, `${path} is not a regular file`);
  if (!isOwned(found, uid)) return ownerProblem(path, found, uid, true);
  return isOpen(found, uid) ? modeProblem(path, found) : undefined;
}

/** What is open must be what was judged. */
function movedProblem(judged: JudgedPath, found: Stats, path: string): PathProblem | undefined {
  if (judged.kind === 'refused') return judged.problem;
  const same = judged.kind === 'trusted' && judged.found.ino === found.ino && judged.found.dev === found.dev;
  return same ? undefined : problemOf('type', path, found, `${path} was replaced while it was opened`, 'try again');
}

/** One line for people: what is wrong and what to do. */
export function describeProblem({ message, fix }: PathProblem): string {
  return fix === '' ? message : `${message}; ${fix}`;
}

const isOwned = (found: Stats, uid: number): boolean => found.uid === uid || found.uid === 0;

/**
 * The sticky bit keeps what we make in a folder ours. A folder of root's group, or of the user's private one (which
 * pam_umask(8) makes home folders group-writable for), lets nobody else in.
 */
function isOpen(found: Stats, uid: number): boolean {
  if (!found.isDirectory() && !found.isFile()) return false;
  if (found.isDirectory() && (found.mode & 0o1000) !== 0) return false;
  if ((found.mode & 0o002) !== 0) return true;
  if ((found.mode & 0o020) === 0) return false;
  if (found.gid === 0) return found.isFile();
  return !isPrivateGroup(found.gid, uid, userFiles());
}

/**
 * In a folder that others may add to, a second name of a file of ours or root's is one that others may have laid
 * (link(2), where fs.protected_hardlinks is off). Root's store (Nix) links equal files of its own.
 */
function hasStrangeNames(found: Stats, folder: Stats | undefined): boolean {
  if (folder === undefined || found.isDirectory() || found.nlink < 2 || (folder.mode & 0o022) === 0) return false;
  return (folder.mode & 0o1000) !== 0 && !(found.uid === 0 && folder.uid === 0 && (folder.mode & 0o002) === 0);
}

const refused = (problem: PathProblem): { readonly kind: 'refused'; readonly problem: PathProblem } => ({
  kind: 'refused',
  problem,
});

const problemOf = (kind: PathProblem['kind'], path: string, found: Stats, message: string, fix = ''): PathProblem => ({
  kind,
  path,
  owner: found.uid,
  message,
  fix,
});

const notFolder = (path: string, found: Stats): PathProblem =>
  problemOf('type', path, found, `${path} is not a folder`);

const namesProblem = (path: string, found: Stats): PathProblem =>
  problemOf('names', path, found, `${path} has a second name, and others can make one in its folder`);

const modeProblem = (path: string, found: Stats): PathProblem =>
  problemOf('mode', path, found, `others can write to ${path}`, `run: chmod go-w ${shellWord(path)}`);

/** A folder further up may be another person's with good reason, so only the thing itself is worth taking over. */
function ownerProblem(path: string, found: Stats, uid: number, last: boolean): PathProblem {
  if (found.isSymbolicLink()) {
    return problemOf(
      'link',
      path,
      found,
      `${path} is a link that belongs to uid ${found.uid}`,
      ownerFix(path, uid, 'chown -h'),
    );
  }
  return problemOf(
    'owner',
    path,
    found,
    `${path} belongs to uid ${found.uid}`,
    last || uid === 0 ? ownerFix(path, uid) : '',
  );
}

function ownerFix(path: string, uid: number, command = 'chown'): string {
  // Root would take the file away from its owner, who called us by sudo.
  return uid === 0 ? 'run it without sudo' : `run: sudo ${command} ${uid} ${shellWord(path)}`;
}

function lstatOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    // Not ours to look into; the folders before it have said whose it is.
    return undefined;
  }
}
