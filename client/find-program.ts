import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';

const usualPath = '/usr/local/bin:/usr/bin:/bin';

/** The first program of that name on PATH that is not one of ours; `ours` is the folder our programs lie in. */
export function findProgram(name: string, path: string | undefined, ours: string): string | undefined {
  const own = realpathSync(ours) + sep;
  for (const folder of (path ?? usualPath).split(delimiter)) {
    const file = join(folder === '' ? '.' : folder, name);
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
