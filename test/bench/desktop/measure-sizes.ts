import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Product } from '../product.ts';
import { type FoundPart, findParts, parts } from './parts.ts';
import type { Size } from './report.ts';

interface Sizes {
  readonly sizes: readonly Size[];
  /** What is not built. */
  readonly missing: readonly string[];
  /** What would have to be packed first. */
  readonly notMade: readonly string[];
}

export function measureSizes({ root }: Product): Sizes {
  const namesIn = (folder: string): readonly string[] => {
    const path = join(root, folder);
    return existsSync(path) ? readdirSync(path) : [];
  };
  const { found, missing, notMade } = findParts(parts, namesIn);
  return { missing, sizes: found.map((part) => sizeOf(root, part)), notMade };
}

function sizeOf(root: string, { part, names }: FoundPart): Size {
  const files = names.map((name) => readFileSync(join(root, part.folder, name)));
  const sum = (lengths: readonly number[]): number => lengths.reduce((total, length) => total + length, 0);
  return {
    what: part.what,
    raw: sum(files.map(({ length }) => length)),
    gzip: part.packed === true ? undefined : sum(files.map((file) => gzipSync(file, { level: 9 }).length)),
  };
}
