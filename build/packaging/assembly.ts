import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { stageCompanion } from './companion.ts';
import { companionName, identity, type Target } from './identity.ts';

/** Where the app starts, in the checkout and in the asar. */
export const appMain = 'out/app/main.js';

const manifestSchema = z.object({ version: z.string() });

/** What the app's own package.json says: the checkout's names every tool of the build. */
async function writeAppManifest(root: string, appFolder: string): Promise<string> {
  const { version } = manifestSchema.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  const manifest = {
    name: identity.packageName,
    productName: identity.productName,
    version,
    description: identity.summary,
    license: identity.licence,
    type: 'module',
    main: appMain,
    // Equal to the installed file's name: Wayland and the portals know the app by it.
    desktopName: `${identity.desktopId}.desktop`,
  };
  await writeFile(join(appFolder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return version;
}

/** The Node to bring along is the one installed here, so a package is made on its own kind of machine. */
function nodeFor(root: string, { platform, arch }: Target): string {
  const file = join(root, 'node_modules/node/bin/node');
  if (platform !== process.platform || arch !== process.arch) {
    throw new Error(`a package for ${platform} on ${arch} is made on such a machine: it brings its Node`);
  }
  if (!existsSync(file)) throw new Error(`${file} is not there: npm ci`);
  return file;
}

/** Completes the copied app: `appFolder` is `resources/app`, and the companion goes beside it, outside the asar. */
export async function assemble(root: string, appFolder: string, target: Target): Promise<void> {
  const version = await writeAppManifest(root, appFolder);
  const folder = join(appFolder, '..', companionName);
  await stageCompanion({ root, folder, version, node: nodeFor(root, target), target });
}
