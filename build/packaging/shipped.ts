import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** Which npm packages packages hold code of, for their bill of materials and their licences. */

/** Built into the pages. */
const inPages: readonly string[] = ['react', 'react-dom', 'react-aria-components'];

const manifest = z.object({ dependencies: z.record(z.string(), z.string()) });

/** With all they depend on. */
export function shippedWhole(root: string): readonly string[] {
  const { dependencies } = manifest.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  return [...new Set([...Object.keys(dependencies), ...inPages])];
}

/** Programs: their npm dependencies fetch or start them, and are not shipped. */
export const shippedAlone: readonly string[] = ['electron', 'node'];
