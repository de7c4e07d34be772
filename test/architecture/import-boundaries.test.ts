import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrows, rooms } from './arrows.ts';
import { type CruisedTree, cruiseTree, judgeCruise } from './cruise-tree.ts';
import { plantedFiles, plants } from './plants.ts';
import { repositoryRoot, sourceFiles } from './source-files.ts';

function plantTree(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'keytray-arrows-'));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return root;
}

describe('this repository', () => {
  let tree: CruisedTree;
  beforeAll(async () => {
    tree = await cruiseTree(repositoryRoot);
  });

  it('imports only along the arrows', () => {
    const told = tree.violations.map(({ rule, from, to, reason }) => `${from} -> ${to} (${rule}: ${reason})`);
    expect(told).toEqual([]);
  });

  it('was read whole', () => {
    expect(tree.missed).toEqual([]);
    expect(tree.modules.length).toBeGreaterThanOrEqual(
      sourceFiles(repositoryRoot).filter((file) => file.includes('/')).length,
    );
    expect(tree.imports).toBeGreaterThan(tree.modules.length);
  });

  it('gives every folder of core its rank, and keeps nothing but the ground beside them', () => {
    const entries = readdirSync(join(repositoryRoot, 'core'), { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts')).map((entry) => entry.name);
    expect(files.sort()).toEqual(['errors.ts', 'ports.ts', 'secret.ts']);
    expect([...folders, 'errors', 'ports', 'secret'].sort()).toEqual([...rooms.keys()].sort());
  });
});

describe('a planted violation', () => {
  let root: string;
  let tree: CruisedTree;
  beforeAll(async () => {
    root = plantTree(plantedFiles());
    tree = await cruiseTree(root);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each(plants)('$name is found', ({ rule, from }) => {
    expect(tree.violations.filter((violation) => violation.from === from).map((violation) => violation.rule)).toContain(
      rule,
    );
  });

  it('is known for every rule, and every rule has a reason', () => {
    const planted = new Set(plants.map((plant) => plant.rule));
    const last = arrows.filter((rule) => rule.name !== undefined && !planted.has(rule.name)).map((rule) => rule.name);
    expect(last).toEqual([]);
    expect(arrows.filter((rule) => (rule.comment ?? '') === '')).toEqual([]);
  });
});

it('finds nothing wrong with imports that follow the arrows', async () => {
  const root = plantTree({
    'core/errors.ts': 'export const failure = 1;\n',
    'core/services/service.ts': "import { failure } from '../errors.ts';\nexport const service = failure;\n",
    'core/config/config.ts': "import { service } from '../services/service.ts';\nexport const config = service;\n",
    'core/wire/schemas.ts': "import { config } from '../config/config.ts';\nexport type Wire = typeof config;\n",
    'core/local-api/client/client.ts':
      "import type { Wire } from '../../wire/schemas.ts';\nexport type Client = Wire;\n",
    'core/host/host.ts': "import type { Client } from '../local-api/client/client.ts';\nexport type Host = Client;\n",
    'cli/main.ts':
      "import type { Wire } from '../core/wire/schemas.ts';\nimport { failure } from '../core/errors.ts';\nexport type Main = [Wire, typeof failure];\n",
  });
  const tree = await cruiseTree(root);
  rmSync(root, { recursive: true, force: true });
  expect(tree.violations).toEqual([]);
  expect(tree.missed).toEqual([]);
  expect(tree.modules).toHaveLength(7);
});

it('notices files it did not read', () => {
  const nothing = { modules: [], summary: { violations: [] } };
  expect(judgeCruise(nothing, ['core/errors.ts', 'core/ports.ts']).missed).toEqual(['core/errors.ts', 'core/ports.ts']);
});
