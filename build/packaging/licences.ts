import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Target } from './identity.ts';
import { moduleClosure } from './module-closure.ts';
import { shippedWhole } from './shipped.ts';

const manifest = z.object({ name: z.string(), version: z.string(), license: z.string().optional() });

const rule = '-'.repeat(80);

/** The licence file of a package; most licences must go with the code. */
function licenceText(folder: string): string | undefined {
  const file = readdirSync(folder).find((name) => /^(?:licen[cs]e|copying)(?:[.-].*)?$/i.test(name));
  return file === undefined ? undefined : readFileSync(join(folder, file), 'utf8').trim();
}

/** The npm package of Node puts that of the platform below itself, with Node's own licence. */
function nodeLicence(root: string, { platform, arch }: Target): string {
  const below = join(root, 'node_modules/node/node_modules');
  const name = readdirSync(below).find((entry) => entry.endsWith(`-${platform}-${arch}`));
  const text = name === undefined ? undefined : licenceText(join(below, name));
  if (text === undefined) throw new Error(`${below} holds no licence of Node`);
  return text;
}

const part = (title: string, text: string): string => `${rule}\n${title}\n\n${text}\n`;

/** The licences of Node and of all npm packages whose code is shipped, bundled or not. Electron brings its own. */
export function thirdPartyLicences(root: string, target: Target): string {
  const parts = moduleClosure(root, shippedWhole(root), target).map(({ path }) => {
    const folder = join(root, path);
    const {
      name,
      version,
      license = 'unknown',
    } = manifest.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
    const text = licenceText(folder) ?? `Under ${license}; its package has no text of it.`;
    return part(`${name} ${version} (${license})`, text);
  });
  const head = 'Keytray is under the licence in LICENSE. It holds code of others, under theirs.\n';
  return [head, ...new Set(parts.sort()), part('Node.js, the program `node`', nodeLicence(root, target))].join('\n');
}
