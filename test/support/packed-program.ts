import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { runToEnd } from './processes.ts';

/** Not in package.json: a test's counterpart of tens of megabytes is nothing everybody should install. */
export interface PackedProgram {
  readonly name: string;
  readonly version: string;
  /** `sha512-…`, as the registry gave it when this was written. */
  readonly integrity: string;
}

const repository = path.resolve(import.meta.dirname, '../..');
const cache = path.join(repository, 'node_modules/.cache/keytray-tests');

/** The folder of an npm package, unpacked as it is: no script of it runs. Fetched once. */
export async function unpackedProgram({ name, version, integrity }: PackedProgram): Promise<string> {
  const folder = path.join(cache, `${name.replaceAll(/[@/]/g, '_')}-${version}`);
  const found = await access(folder).then(
    () => true,
    () => false,
  );
  if (found) return folder;
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(`${folder}.`);
  try {
    const npm = (args: readonly string[]) => runToEnd('npm', args, { env: process.env, cwd: work });
    const packed = await npm(['pack', '--silent', '--ignore-scripts', `${name}@${version}`]);
    if (packed.status !== 0)
      throw new Error(`npm pack ${name}@${version} ended with ${packed.status}: ${packed.stderr}`);
    const file = path.join(work, packed.stdout.trim());
    const found512 = `sha512-${createHash('sha512')
      .update(await readFile(file))
      .digest('base64')}`;
    if (found512 !== integrity) throw new Error(`${name}@${version} is not what it was: ${found512}`);
    const unpacked = await runToEnd('tar', ['-xzf', file, '-C', work], { env: process.env, cwd: work });
    if (unpacked.status !== 0) throw new Error(`tar: ${unpacked.stderr}`);
    // Another test may have been faster.
    await rename(path.join(work, 'package'), folder).catch(() => access(folder));
    return folder;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
