import { chmodSync, lstatSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, isAbsolute } from 'node:path';
import { KeytrayError, systemCodeOf } from '../../errors.ts';
import { makeFolder } from '../../platform/make-folder.ts';
import { describeProblem, wayProblem } from '../../platform/trusted-path.ts';

/** sizeof(sockaddr_un.sun_path) without the final NUL: unix(7), and sys/un.h on macOS. */
export function longestSocketPath(platform: NodeJS.Platform): number {
  return platform === 'darwin' ? 103 : 107;
}

/**
 * The first candidate a broker can listen on. Makes its folder (0700) where it is missing.
 * Throws `misconfigured`, naming each candidate and what is wrong with it.
 */
export function chooseSocketPath(
  candidates: readonly string[],
  uid: number,
  platform: NodeJS.Platform = process.platform,
): string {
  const problems: string[] = [];
  for (const path of candidates) {
    const problem = lengthProblem(path, platform) ?? placeProblem(dirname(path), uid);
    if (problem === undefined) return path;
    problems.push(`${path}: ${problem}`);
  }
  throw new KeytrayError(
    'misconfigured',
    `no usable place for the socket: ${problems.join('; ') || 'none was named'}`,
    {
      advice: 'Set KEYTRAY_SOCKET to a path in a folder of yours.',
    },
  );
}

/** Undefined where the path fits and is absolute; else what is wrong, for people. */
export function lengthProblem(path: string, platform: NodeJS.Platform): string | undefined {
  if (!isAbsolute(path)) return 'the path is not absolute';
  const length = Buffer.byteLength(path);
  const longest = longestSocketPath(platform);
  if (length <= longest) return undefined;
  return `the path has ${length} bytes, a socket's at most ${longest}; set KEYTRAY_SOCKET to a shorter one`;
}

function placeProblem(folder: string, uid: number): string | undefined {
  const way = wayProblem(dirname(folder), uid);
  return way === undefined ? folderProblem(folder, uid) : describeProblem(way);
}

function folderProblem(folder: string, uid: number): string | undefined {
  const existing = lstatOf(folder);
  if (existing === undefined) return creationProblem(folder, uid);
  if (existing.isSymbolicLink()) return `${folder} is a symbolic link`;
  if (!existing.isDirectory()) return `${folder} is not a folder`;
  if (existing.uid !== uid) return `${folder} belongs to uid ${existing.uid}, not to you (uid ${uid})`;
  if ((existing.mode & 0o077) === 0) return undefined;
  // Only folders named by us are tightened: KEYTRAY_SOCKET may point into somebody's home.
  if (isOurs(folder)) {
    chmodSync(folder, 0o700);
    return undefined;
  }
  return (existing.mode & 0o022) === 0 ? undefined : `others can write to ${folder}; run: chmod 700 ${folder}`;
}

function creationProblem(folder: string, uid: number): string | undefined {
  const parent = dirname(folder);
  // Login makes /run/user/UID; one made by us would outlive it, or pre-empt another user's.
  if (dirname(parent) === '/run/user' && lstatOf(parent) === undefined) return `${parent} does not exist`;
  const ancestor = nearestAncestor(parent);
  // Root with a user's XDG_RUNTIME_DIR (su, sudo -E) would leave a folder there that locks the user out.
  if (ancestor.uid !== uid && !(ancestor.uid === 0 && uid !== 0)) {
    return `${parent} belongs to uid ${ancestor.uid}, not to you (uid ${uid})`;
  }
  try {
    makeFolder(folder);
  } catch (error) {
    return `${folder} cannot be made (${errorCode(error)})`;
  }
  const made = lstatOf(folder);
  return made?.isDirectory() && made.uid === uid ? undefined : `${folder} is not ours`;
}

function nearestAncestor(folder: string): Stats {
  for (let path = folder; ; path = dirname(path)) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found !== undefined || path === dirname(path)) return found ?? statSync('/');
  }
}

function isOurs(folder: string): boolean {
  return basename(folder) === 'keytray' || basename(dirname(folder)) === 'keytray';
}

function lstatOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function errorCode(error: unknown): string {
  return systemCodeOf(error, 'unknown error');
}
