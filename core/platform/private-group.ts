import { readFileSync } from 'node:fs';

/** The two files as text; undefined where there is none. */
export interface UserFiles {
  readonly passwd: string | undefined;
  readonly group: string | undefined;
}

/**
 * Whether a group is the private one of the user `uid`: it has the user's number or name, and neither passwd(5) nor
 * group(5) puts anybody else in it. Where users come from a directory, only the number can be compared. Pure.
 */
export function isPrivateGroup(gid: number, uid: number, files: UserFiles): boolean {
  const users = rowsOf(files.passwd).map(([name = '', , number, primary]) => ({ name, uid: Number(number), primary }));
  const own = users.filter((user) => user.uid === uid).map(({ name }) => name);
  const groups = rowsOf(files.group).filter(([, , number]) => number === String(gid));
  if (gid !== uid && !groups.some(([name = '']) => own.includes(name))) return false;
  const members = groups.flatMap(([, , , names = '']) => names.split(',').filter((name) => name !== ''));
  const others = users.filter((user) => user.primary === String(gid) && user.uid !== uid && user.uid !== 0);
  return others.length === 0 && members.every((name) => name === 'root' || own.includes(name));
}

const rowsOf = (text: string | undefined): readonly (readonly string[])[] =>
  (text ?? '').split('\n').map((line) => line.split(':'));

/** Read anew each time: only few paths need it, and a member may have come since. */
export function userFiles(): UserFiles {
  return { passwd: textOf('/etc/passwd'), group: textOf('/etc/group') };
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}
