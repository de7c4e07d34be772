import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { buildTimeModules } from './contents.ts';
import { run } from './run.ts';
import { bomSchema, shippedOnly } from './sbom-filter.ts';
import { shippedAlone, shippedWhole } from './shipped.ts';

/** `npm run sbom [FILE]`: a CycloneDX bill of what the packages hold, by default dist/sbom.cdx.json. */

const root = resolve(import.meta.dirname, '../..');
const file = resolve(process.argv[2] ?? join(root, 'dist/sbom.cdx.json'));

const work = await mkdtemp(join(tmpdir(), 'keytray-sbom-'));
try {
  const everything = join(work, 'everything.json');
  const cyclonedx = join(root, 'node_modules/@cyclonedx/cyclonedx-npm/bin/cyclonedx-npm-cli.js');
  const options = ['--flatten-components', '--output-reproducible', '--spec-version', '1.6', '--output-file'];
  await run(process.execPath, [cyclonedx, ...options, everything, join(root, 'package.json')]);
  const bom = shippedOnly(bomSchema.parse(JSON.parse(await readFile(everything, 'utf8'))), {
    whole: shippedWhole(root),
    alone: shippedAlone,
    never: buildTimeModules,
  });
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(bom, undefined, 2)}\n`);
  process.stdout.write(`${file}: ${bom.components.length} components\n`);
} finally {
  await rm(work, { recursive: true, force: true });
}
