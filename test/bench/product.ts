import { join } from 'node:path';
import { repository } from '../support/keytray.ts';

/** A built Keytray to measure. The code that measures is always this checkout's. */
export interface Product {
  /** The checkout it was built in. */
  readonly root: string;
  /** Path of a program in `out/bin`. */
  program(name: string): string;
}

export function productAt(root: string): Product {
  return { root, program: (name) => join(root, 'out/bin', name) };
}

export const thisCheckout = productAt(repository);
