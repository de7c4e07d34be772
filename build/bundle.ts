import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, realpath, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleProgram } from './bundle-program.ts';
import { tooOldMessage } from './node-version.ts';
import { placePrograms } from './place-programs.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Every program of ours that runs by itself: file in out/lib, and its source. */
const programs = {
  cli: 'cli/main.ts',
  agent: 'core/host/agent.ts',
  'keychain-child': 'core/stores/keychain/child.ts',
  client: 'client/client.ts',
} as const;

/** Renames, so that a folder is never seen half written and nothing of an older build is left in it. */
async function replaceFolder(folder: string, fresh: string): Promise<void> {
  const old = `${fresh}.old`;
  if (existsSync(folder)) await rename(folder, old);
  await rename(fresh, folder);
  await rm(old, { recursive: true, force: true });
}

/** The Node of the `node` package, else the one that runs this: launchers must not depend on PATH. */
async function projectNode(): Promise<string> {
  const installed = join(root, 'node_modules/node/bin/node');
  return await realpath(existsSync(installed) ? installed : process.execPath);
}

async function main(): Promise<void> {
  const out = join(root, 'out');
  await mkdir(out, { recursive: true });
  const work = await mkdtemp(join(out, '.build-'));
  try {
    const lib = join(work, 'lib');
    await mkdir(lib);
    for (const [name, source] of Object.entries(programs)) await bundleProgram(name, join(root, source), lib);
    await bundleProgram('demo', join(root, 'demo/demo.ts'), join(work, 'demo'));
    // Panels read them there, by name.
    await cp(join(root, 'core/tray/icons'), join(lib, 'tray-icons'), { recursive: true });
    const app = join(work, 'app');
    const { buildElectron } = await import('./vite.electron.ts');
    const { buildRenderer } = await import('./vite.renderer.ts');
    await buildElectron(root, app);
    await buildRenderer(join(app, 'renderer'));
    const problem = await placePrograms(work, { node: await projectNode(), lib: join(out, 'lib') });
    if (problem !== undefined) {
      process.stderr.write(`keytray: helpers run on Node, which takes them longer to start: ${problem}\n`);
    }
    for (const folder of ['lib', 'bin', 'libexec', 'app', 'demo'])
      await replaceFolder(join(out, folder), join(work, folder));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const problem = tooOldMessage(process.versions.node);
if (problem === undefined) {
  await main();
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
