import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { helperPrograms } from '../client/programs.ts';
import { type LauncherTargets, writeLaunchers } from './launchers.ts';
import { buildNativeClient } from './native-client.ts';

/**
 * Makes `bin` and `libexec` in `folder`, beside the `lib` that is there: the native client under every name, or
 * launchers of its twin. Links and `lib/node` are all the native client needs, so that the folder can be moved.
 * Resolves to why there is no native client, for people.
 */
export async function placePrograms(folder: string, targets: LauncherTargets): Promise<string | undefined> {
  const bin = join(folder, 'bin');
  const libexec = join(folder, 'libexec');
  await mkdir(bin);
  await mkdir(libexec);
  await writeFile(join(folder, 'lib/node'), `${targets.node}\n`);
  const problem = await buildNativeClient(join(bin, 'keytray'));
  if (problem !== undefined) {
    await writeLaunchers(bin, targets, 'bin');
    await writeLaunchers(libexec, targets, 'libexec');
    return problem;
  }
  for (const [name, program] of helperPrograms) {
    const inBin = program.folder === 'bin';
    await symlink(inBin ? 'keytray' : '../bin/keytray', join(inBin ? bin : libexec, name));
  }
  return undefined;
}
