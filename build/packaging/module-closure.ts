import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { neededModules } from './contents.ts';
import type { Target } from './identity.ts';

const strings = z.record(z.string(), z.string());
const manifestSchema = z.object({ dependencies: strings.optional(), optionalDependencies: strings.optional() });

/** An installed npm package. */
export interface InstalledModule {
  readonly name: string;
  /** Below the folder that holds the outermost node_modules: `node_modules/pino`. */
  readonly path: string;
}

/** Where `name` is found from `from`, as Node looks for it; undefined above `root`. */
function find(root: string, name: string, from: string): string | undefined {
  for (let folder = from; folder.startsWith(root); folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
  }
  return undefined;
}

function manifestIn(folder: string): z.infer<typeof manifestSchema> {
  return manifestSchema.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
}

/** `names` and all they need at run time, as installed below `root`. A missing one is an error. */
export function moduleClosure(root: string, names: readonly string[], target: Target): readonly InstalledModule[] {
  const found = new Map<string, InstalledModule>();
  const add = (name: string, from: string): void => {
    const folder = find(root, name, from);
    if (folder === undefined) throw new Error(`${name} is not installed, and the package needs it`);
    const path = relative(root, folder);
    if (found.has(path)) return;
    found.set(path, { name, path });
    const { dependencies = {}, optionalDependencies = {} } = manifestIn(folder);
    for (const needed of neededModules({ dependencies, optionalDependencies }, target)) add(needed, folder);
  };
  for (const name of names) add(name, root);
  return [...found.values()];
}
