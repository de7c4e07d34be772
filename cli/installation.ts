import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const fromSource = import.meta.url.endsWith('.ts');

/** The folder of bin/ and lib/: out/ of a checkout, or the one a package brings. */
const home = fromSource ? join(dirname(here), 'out') : dirname(here);

/** The folder of package.json: a package has it beside lib/, a checkout above out/. */
const root = existsSync(join(home, 'package.json')) ? home : dirname(home);

export function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return manifest !== null && typeof manifest === 'object' && 'version' in manifest
    ? String(manifest.version)
    : 'unknown';
}

/** Absolute path of a launcher, as tools are told to run it. */
export function launcher(name: string): string {
  return join(home, 'bin', name);
}

/** For people, where helpers are scripts that start Node instead of the native client. */
export function slowHelpersNote(): string | undefined {
  return isScript(launcher('keytray'))
    ? 'helpers run on Node and take longer to start; install a C compiler and run: npm run build'
    : undefined;
}

function isScript(file: string): boolean {
  try {
    const descriptor = openSync(file, 'r');
    const start = Buffer.alloc(2);
    readSync(descriptor, start);
    closeSync(descriptor);
    return start.toString() === '#!';
  } catch {
    return false;
  }
}

/** The folders of our programs, absolute. */
export function programFolders(): { readonly bin: string; readonly libexec: string } {
  return { bin: join(home, 'bin'), libexec: join(home, 'libexec') };
}

const sources = { agent: 'core/host/agent.ts', client: 'client/client.ts', demo: 'demo/demo.ts' } as const;

/** A program of ours that is no part of the command line; undefined where it was not built. */
export function programFile(name: keyof typeof sources): string | undefined {
  const folder = name === 'demo' ? join(home, 'demo') : here;
  const file = fromSource ? join(root, sources[name]) : join(folder, `${name}.js`);
  return existsSync(file) ? file : undefined;
}
