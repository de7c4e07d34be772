import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';

const mostLinks = 40;

/**
 * What is wrong, for people, with one of the folders that lead to `folder`, itself included; undefined where all is
 * well. Whoever can write to any of them can put a folder of his own in its place. Links are followed as the kernel
 * does, each judged by its owner. What does not exist yet is no problem.
 */
export function wayProblem(folder: string, uid: number): string | undefined {
  const ahead = folder.split('/');
  let at = '/';
  let links = 0;
  for (let name = ahead.shift(); name !== undefined; name = ahead.shift()) {
    const path = join(at, name);
    const found = lstatOf(path);
    if (found === undefined) return undefined;
    if (found.isSymbolicLink()) {
      if (!isTrusted(found, uid)) return `${path} is a link that belongs to uid ${found.uid}`;
      links += 1;
      if (links > mostLinks) return `${path} leads through too many links`;
      const target = readlinkSync(path);
      if (target.startsWith('/')) at = '/';
      ahead.unshift(...target.split('/'));
      continue;
    }
    if (!found.isDirectory()) return `${path} is not a folder`;
    if (!isTrusted(found, uid)) return `${path} belongs to uid ${found.uid}`;
    if (isOpen(found, uid)) return `others can write to ${path}; run: chmod go-w ${path}`;
    at = path;
  }
  return undefined;
}

const isTrusted = (found: Stats, uid: number): boolean => found.uid === uid || found.uid === 0;

/**
 * The sticky bit keeps what we make there ours. A group of root's, or one with the number of its user (which
 * pam_umask(8) takes for private, and makes home folders group-writable for), lets nobody else in.
 */
function isOpen(found: Stats, uid: number): boolean {
  if ((found.mode & 0o1000) !== 0) return false;
  const privateGroup = found.gid === 0 || found.gid === uid;
  return (found.mode & (privateGroup ? 0o002 : 0o022)) !== 0;
}

function lstatOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    // Not ours to look into; the folders before it have said whose it is.
    return undefined;
  }
}
