import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { buildTimeModules } from './contents.ts';
import { run } from './run.ts';
import { bomSchema, shippedOnly } from './sbom-filter.ts';

/** `npm run sbom [FILE]`: a CycloneDX bill of what the packages hold, by default dist/sbom.cdx.json. */

const root = resolve(import.meta.dirname, '../..');
const file = resolve(process.argv[2] ?? join(root, 'dist/sbom.cdx.json'));

/** Of the demo, which packages leave out. */
const demoOnly = ['oidc-provider', 'playwright-core'];
/** Built into the pages. */
const inPages = ['react', 'react-dom', 'react-aria-components'];

const manifest = z.object({ dependencies: z.record(z.string(), z.string()) });
const { dependencies } = manifest.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));

const work = await mkdtemp(join(tmpdir(), 'keytray-sbom-'));
try {
  const everything = join(work, 'everything.json');
  const cyclonedx = join(root, 'node_modules/@cyclonedx/cyclonedx-npm/bin/cyclonedx-npm-cli.js');
  const options = ['--flatten-components', '--output-reproducible', '--spec-version', '1.6', '--output-file'];
  await run(process.execPath, [cyclonedx, ...options, everything, join(root, 'package.json')]);
  const names = Object.keys(dependencies).filter((name) => !demoOnly.includes(name));
  const bom = shippedOnly(bomSchema.parse(JSON.parse(await readFile(everything, 'utf8'))), {
    whole: [...new Set([...names, ...inPages])],
    alone: ['electron', 'node'],
    never: buildTimeModules,
  });
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(bom, undefined, 2)}\n`);
  process.stdout.write(`${file}: ${bom.components.length} components\n`);
} finally {
  await rm(work, { recursive: true, force: true });
}
