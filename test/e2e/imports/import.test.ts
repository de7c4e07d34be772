import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createKeytray, type Keytray } from '../../support/keytray.ts';
import { type Dataiku, knownKeys, startDataiku } from '../../support/vendors/dataiku/dataiku.ts';

let dataiku: Dataiku;
let keytray: Keytray;
beforeAll(async () => {
  dataiku = await startDataiku();
  keytray = await createKeytray();
  await keytray.configure('# mine\naccounts: {}\n');
  await keytray.startAgent();
});
afterAll(async () => {
  await keytray.close();
  await dataiku.close();
});

it('keytray import keeps what the service takes, of a running agent that reads its configuration by itself', async () => {
  const folder = path.join(keytray.folder, 'home', '.dataiku');
  const file = path.join(folder, 'config.json');
  await mkdir(folder);
  const text = (url: string) =>
    JSON.stringify({
      dss_instances: {
        default: { url, api_key: knownKeys.personal, note: 'x' },
        old: { url: dataiku.url, api_key: knownKeys.expired },
      },
    });
  // At the wrong address nothing is kept, and what is said next is tried at the right one.
  await writeFile(file, text('http://127.0.0.1:9'), { mode: 0o600 });
  const first = await keytray.run(['import', 'dataiku', '--yes', '--store', 'memory']);
  expect(first.status).toBe(6);
  await writeFile(file, text(dataiku.url), { mode: 0o600 });
  const second = await keytray.run(['import', 'dataiku', '--yes', '--remove', '--store', 'memory']);
  expect(second).toMatchObject({ status: 5, stdout: expect.stringContaining('dataiku: tried and kept.') });
  expect(second.stderr).toContain('dataiku@old: not taken over');
  expect((await keytray.run(['token', 'dataiku'])).stdout).toBe(`${knownKeys.personal}\n`);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
    dss_instances: {
      default: { url: dataiku.url, note: 'x' },
      old: { url: dataiku.url, api_key: knownKeys.expired },
    },
  });
  const config = await readFile(path.join(keytray.folder, 'config.yaml'), 'utf8');
  expect(config).toContain('# mine');
  expect(config).not.toContain('dataiku@old');
  for (const key of [knownKeys.personal, knownKeys.expired]) {
    for (const place of [first.stdout, first.stderr, second.stdout, second.stderr, config, await keytray.log()]) {
      expect(place).not.toContain(key);
    }
  }
});

it('keytray scan runs as it is built', async () => {
  await writeFile(path.join(keytray.folder, 'home', 'a.py'), `k = "qk_${'a1b2'.repeat(6)}"\n`);
  const { status, stdout } = await keytray.run(['scan', 'a.py']);
  expect({ status, stdout }).toEqual({ status: 1, stdout: 'a.py:1:6: Quilt API key\n' });
});
