import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, realpath, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { leanBundle } from './lean-bundle.ts';
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

/** Stay in node_modules: native add-ons, and what is big but seldom needed. */
const external = ['keytar', 'koffi', 'undici', 'pino'];

/** Servers and a browser that only the demo drives, which is in no package. */
const demoOnly = ['oidc-provider', 'playwright-core'];

/** One build per program: shared chunks would make the small programs read what only the big ones need. */
async function bundle(name: string, source: string, outDir: string): Promise<void> {
  const { build } = await import('vite');
  await build({
    root,
    configFile: false,
    envDir: false,
    logLevel: 'warn',
    plugins: leanBundle(),
    ssr: { target: 'node', noExternal: true, external: [...external, ...demoOnly] },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: false,
      target: 'node24',
      minify: false,
      sourcemap: true,
      reportCompressedSize: false,
      rolldownOptions: {
        input: { [name]: join(root, source) },
        // Chunks lie beside their program: code that looks for a file next to itself finds it from either.
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: `${name}-[name]-[hash].js` },
      },
    },
  });
}

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
    for (const [name, source] of Object.entries(programs)) await bundle(name, source, lib);
    await bundle('demo', 'demo/demo.ts', join(work, 'demo'));
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
