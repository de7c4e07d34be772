import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { systemCodeOf } from '../errors.ts';

const ownerOnly = 0o700;

/**
 * Makes a folder and what is missing of the way to it, and returns the first one that was not there; one that is there
 * stays as it is. Throws the system's error. Node's own `recursive` goes round for ever below a folder that takes no new
 * ones and says ENOENT, as /proc does: a path of the environment may lead there.
 */
export function makeFolder(folder: string, mode: number = ownerOnly): string | undefined {
  const missing: string[] = [];
  for (let at = resolve(folder); !isThere(at) && at !== dirname(at); at = dirname(at)) missing.unshift(at);
  for (const one of missing.length === 0 ? [resolve(folder)] : missing) makeOne(one, mode);
  return missing[0];
}

const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;

function makeOne(folder: string, mode: number): void {
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    // Made by another process meanwhile, or there already; a file in its place is an error.
    if (systemCodeOf(error) !== 'EEXIST' || !statSync(folder).isDirectory()) throw error;
  }
}
