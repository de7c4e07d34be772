import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const fromSource = import.meta.url.endsWith('.ts');

/** The folder of package.json: above cli/ when run from source, above out/lib when built. */
const root = fromSource ? dirname(here) : dirname(dirname(here));

export function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return manifest !== null && typeof manifest === 'object' && 'version' in manifest
    ? String(manifest.version)
    : 'unknown';
}

/** Absolute path of a launcher, as tools are told to run it. */
export function launcher(name: string): string {
  return join(root, 'out/bin', name);
}

const sources = { agent: 'core/agent.ts', client: 'client/client.ts' } as const;

/** A program of ours that is no part of the command line; undefined where it was not built. */
export function programFile(name: keyof typeof sources): string | undefined {
  const file = fromSource ? join(root, sources[name]) : join(here, `${name}.js`);
  return existsSync(file) ? file : undefined;
}
