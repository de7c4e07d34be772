import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { appModules, isAppFile, isModuleFile } from './contents.ts';
import { filesBelow, withFolders } from './file-list.ts';
import type { Target } from './identity.ts';
import { moduleClosure } from './module-closure.ts';

const appFolder = 'out/app';

/** The files of one npm package that belong into a package, relative to `root`. */
export function moduleFiles(root: string, names: readonly string[], target: Target): readonly string[] {
  return moduleClosure(root, names, target).flatMap(({ name, path }) =>
    filesBelow(join(root, path))
      // A package inside it is in the closure by itself, if at all.
      .filter((file) => !file.startsWith('node_modules/') && isModuleFile(name, file, target))
      .map((file) => `${path}/${file}`),
  );
}

/** What goes into the asar, relative to the checkout. */
export function appFiles(root: string, target: Target): readonly string[] {
  const folder = join(root, appFolder);
  if (!existsSync(join(folder, 'main.js'))) throw new Error(`${appFolder}/main.js is not built: npm run build`);
  const own = filesBelow(folder).filter(isAppFile);
  return ['package.json', ...own.map((file) => `${appFolder}/${file}`), ...moduleFiles(root, appModules, target)];
}

/** For @electron/packager: says of a path like `/out/app/main.js` whether to leave it out. */
export function ignoreFunction(root: string, target: Target): (path: string) => boolean {
  const allowed = withFolders(appFiles(root, target));
  return (path) => path !== '' && !allowed.has(path.replace(/^\//, ''));
}
