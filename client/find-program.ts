import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, sep } from 'node:path';

const usualPath = '/usr/local/bin:/usr/bin:/bin';

/**
 * The first program of that name on PATH that is not one of ours; `ours` is the folder our programs lie in. Empty and
 * relative entries are left out: they mean whatever folder the caller happens to stand in.
 */
export function findProgram(name: string, path: string | undefined, ours: string): string | undefined {
  const own = realpathSync(ours) + sep;
  for (const folder of (path ?? usualPath).split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const file = join(folder, name);
    if (isProgram(file) && !realpathSync(file).startsWith(own)) return file;
  }
  return undefined;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
