import { existsSync } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, open, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { moduleFiles } from './app-files.ts';
import { companionModules, isProgramFile } from './contents.ts';
import { identity, type Target } from './identity.ts';
import { movableHelper, movableKeytray } from './launcher-texts.ts';
import { thirdPartyLicences } from './licences.ts';

/**
 * The folder of all that runs without Electron, with a Node of its own: agent, command line, keychain child, helpers.
 * It finds its parts relative to itself.
 *
 *   bin/ libexec/     what tools and people start      node           the Node they run under
 *   lib/              the programs                     node_modules/  what these load
 *   lib/node          where the native client reads which Node that is
 */

async function copyInto(folder: string, path: string, from: string, mode = 0o644): Promise<void> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await copyFile(from, file);
  await chmod(file, mode);
}

async function isScript(file: string): Promise<boolean> {
  await using handle = await open(file);
  const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
  return buffer.toString() === '#!';
}

/** A native client and the links to it go as they are; a launcher of this checkout is written anew. */
async function placeProgram(from: string, to: string, name: string): Promise<void> {
  const source = join(from, name);
  const target = join(to, name);
  if ((await lstat(source)).isSymbolicLink()) {
    const leadsTo = await readlink(source);
    if (isAbsolute(leadsTo)) throw new Error(`${source} leads out of the package, to ${leadsTo}`);
    await symlink(leadsTo, target);
    return;
  }
  if (await isScript(source)) {
    await writeFile(target, name === 'keytray' ? movableKeytray() : movableHelper(name));
  } else {
    await copyFile(source, target);
  }
  await chmod(target, 0o755);
}

export interface CompanionOptions {
  /** The checkout, built. */
  readonly root: string;
  /** Made anew. */
  readonly folder: string;
  readonly version: string;
  /** The Node to bring; must be one for the target. */
  readonly node: string;
  readonly target: Target;
}

export async function stageCompanion({ root, folder, version, node, target }: CompanionOptions): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const manifest = { name: identity.packageName, version, license: identity.licence, type: 'module', private: true };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  await copyInto(folder, 'LICENSE', join(root, 'LICENSE'));
  await writeFile(join(folder, 'THIRD-PARTY.txt'), thirdPartyLicences(root, target));
  await copyInto(folder, 'node', node, 0o755);
  await mkdir(join(folder, 'lib'));
  await writeFile(join(folder, 'lib/node'), '../node\n');
  for (const name of (await readdir(join(root, 'out/lib'))).filter(isProgramFile)) {
    await copyInto(folder, `lib/${name}`, join(root, 'out/lib', name));
  }
  const icons = await readdir(join(root, 'out/lib/tray-icons'), { recursive: true, withFileTypes: true });
  for (const entry of icons.filter((each) => each.isFile())) {
    const source = join(entry.parentPath, entry.name);
    const name = relative(join(root, 'out/lib'), source);
    await mkdir(dirname(join(folder, 'lib', name)), { recursive: true });
    await copyInto(folder, `lib/${name}`, source);
  }
  for (const place of ['bin', 'libexec']) {
    const from = join(root, 'out', place);
    if (!existsSync(from)) continue;
    await mkdir(join(folder, place));
    for (const name of await readdir(from)) await placeProgram(from, join(folder, place), name);
  }
  for (const file of moduleFiles(root, companionModules, target)) await copyInto(folder, file, join(root, file));
}
