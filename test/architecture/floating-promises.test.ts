import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from './source-files.ts';

const product = ['core', 'client', 'cli', 'electron', 'ipc', 'renderer'];

const work = 'export async function work(): Promise<void> {\n  throw new Error("x");\n}\n';
const floating =
  "import { work } from './work.ts';\n\nexport function begin(): void {\n  work();\n  work().then(() => undefined);\n}\n";
const misused =
  "import { work } from './work.ts';\n\nexport function each(): void {\n  [1].forEach(async () => work());\n}\n";

describe('a promise without a catch', () => {
  const root = mkdtempSync(join(tmpdir(), 'keytray-promises-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('is found in every folder of the product by the rules of this repository', () => {
    const files = product.flatMap((folder) => [
      [`${folder}/work.ts`, work],
      [`${folder}/floating.ts`, floating],
      [`${folder}/misused.ts`, misused],
    ]);
    for (const [file = '', text = ''] of files) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    cpSync(join(repositoryRoot, 'biome.json'), join(root, 'biome.json'));
    const biome = join(repositoryRoot, 'node_modules/.bin/biome');
    const args = ['lint', '--vcs-enabled=false', '--reporter=github', '--max-diagnostics=none', '.'];
    const { stdout } = spawnSync(biome, args, { cwd: root, encoding: 'utf8' });
    const places = [...stdout.matchAll(/title=lint\/nursery\/(\w+),file=([^,]+),line=(\d+)/g)];
    const found = new Set(places.map(([, rule, file, line]) => `${rule} ${file?.replace(`${root}/`, '')}:${line}`));
    for (const folder of product) {
      expect(found).toContain(`noFloatingPromises ${folder}/floating.ts:4`);
      expect(found).toContain(`noFloatingPromises ${folder}/floating.ts:5`);
      expect(found).toContain(`noMisusedPromises ${folder}/misused.ts:4`);
    }
  });
});
