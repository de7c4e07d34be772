import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Electron, findElectron } from './start-choice.ts';

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The Electron named by the environment, else the one in `folder`, the `electron` package. */
export function installedElectron(folder: string): Electron {
  const pathFile = join(folder, 'path.txt');
  const found = {
    override: process.env.ELECTRON_OVERRIDE_DIST_PATH,
    folder,
    pathText: existsSync(pathFile) ? readFileSync(pathFile, 'utf8').trim() : undefined,
    isExecutable,
  };
  return findElectron(found, process.platform);
}
