import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalApiClient } from '../../../core/local-api/client/client.ts';
import { type Keyring, startKeyring } from '../../support/keyring.ts';
import { createKeytray, type Keytray } from '../../support/keytray.ts';
import { knownSecrets, written } from '../../support/known-secrets.ts';
import { type ProcessWatch, watchProcesses } from '../../support/process-watch.ts';
import { type Dataiku, startDataiku } from '../../support/vendors/dataiku/dataiku.ts';
import { newKey } from '../../support/vendors/dataiku/keys.ts';

/** Another key of the same person; each is of this run alone, because every process of the machine is searched. */
const keyOfKim = (label: string) =>
  newKey({ kind: 'personal', user: 'kim', label, description: '', createdBy: 'kim', createdOn: Date.now() });

describe('the secret of a key that Keytray creates', () => {
  const secrets = knownSecrets();
  const said: string[] = [];
  const events: string[] = [];
  const listening = new AbortController();
  let keyring: Keyring;
  let instance: Dataiku;
  let keytray: Keytray;
  let processes: ProcessWatch;
  let heard: Promise<void>;

  beforeAll(async () => {
    [keyring, instance] = await Promise.all([startKeyring(), startDataiku()]);
    // Every list of keys has the secrets in it.
    instance.switches.secureKeys = false;
    keytray = await createKeytray({ ...keyring.env, KEYTRAY_LOG_LEVEL: 'debug' });
    await keytray.configure(`accounts:\n  dataiku: { service: dataiku, url: "${instance.url}" }\n`);
    processes = watchProcesses();
    await keytray.startAgent();
    heard = hear();
    const own = keyOfKim('own');
    instance.keys.push(own);
    secrets.add('api_key', own.secret);
    expect(await run(['login', 'dataiku'], own.secret)).toMatchObject({ status: 0 });
  });
  afterAll(async () => {
    listening.abort();
    await heard;
    processes.stop();
    await keytray.close();
    await instance.close();
    await keyring.stop();
  });

  const hear = async (): Promise<void> => {
    try {
      for await (const event of new LocalApiClient(keytray.socket).events(listening.signal)) {
        events.push(JSON.stringify(event));
      }
    } catch {
      // The broker has ended, or the test has.
    }
  };
  const run = async (args: readonly string[], line = '') => {
    const ran = await keytray.run(args, { input: `${line}\n` });
    said.push(ran.stdout, ran.stderr);
    return ran;
  };
  /** Standard output is the one place that is meant for the secret. */
  const prints = async (kind: string, args: readonly string[]): Promise<string> => {
    const { status, stdout, stderr } = await keytray.run(args, { input: '\n' });
    expect(status, stderr).toBe(0);
    said.push(stderr);
    const key = instance.keys.at(-1);
    expect(stdout).toBe(`${key?.secret}\n`);
    secrets.add(kind, key?.secret ?? '');
    return key?.id ?? '';
  };
  const looksAround = async (id: string): Promise<void> => {
    for (const form of [[], ['--json'], ['--csv']]) {
      const listed = await run(['api-keys', 'list', 'dataiku', ...form]);
      expect(listed.stdout).toContain(id);
    }
    expect(await run(['api-keys', 'show', 'dataiku', id, '--json'])).toMatchObject({ status: 0 });
    await run(['api-keys', 'report', 'dataiku', '--csv']);
    await run(['accounts', 'show', 'dataiku', '--json']);
    await run(['status', '--json']);
    said.push(JSON.stringify(await keytray.api.apiKeys.list('dataiku')));
  };
  const nothingFound = async (): Promise<void> => {
    const entries = await readdir(keytray.folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    const places = [
      ...(await Promise.all(files.map(async (name) => ({ name, text: await readFile(name, 'latin1') })))),
      { name: 'command lines, titles, environments', text: processes.seen() },
      { name: 'output', text: said.join('\n') },
      { name: 'events', text: events.join('\n') },
    ];
    const found = places.flatMap(({ name, text }) =>
      [...secrets.values]
        .filter(([value]) => written(value).some((form) => text.includes(form)))
        .map(([, kind]) => `${kind} in ${name}`),
    );
    expect(found).toEqual([]);
  };

  it('is printed once, and is in no list, log, event, file or command line after that', async () => {
    await looksAround(await prints('created', ['api-keys', 'create', 'dataiku', 'ci']));
    await nothingFound();
  });

  it('is none of these places either where the key is kept as an account', async () => {
    const kept = await run(['api-keys', 'create', 'dataiku', 'job', '--keep-as', 'dataiku@job']);
    expect(kept).toMatchObject({ status: 0, stdout: '' });
    const key = instance.keys.at(-1);
    secrets.add('kept', key?.secret ?? '');
    expect((await keytray.api.token('dataiku@job', {})).access_token).toBe(key?.secret);
    await looksAround(key?.id ?? '');
    await nothingFound();
  });

  it('is in none of them after a rotation, and neither is that of the key it replaces', async () => {
    const old = keyOfKim('old');
    instance.keys.push(old);
    secrets.add('replaced', old.secret);
    await looksAround(await prints('rotated', ['api-keys', 'rotate', 'dataiku', old.id]));
    await nothingFound();
    expect(secrets.kinds()).toEqual(['api_key', 'created', 'kept', 'replaced', 'rotated']);
    expect(processes.looks).toBeGreaterThan(50);
    expect(processes.seen()).toContain('api-keys');
    expect(await keytray.log()).toContain('dataiku');
    expect(events.length).toBeGreaterThan(0);
  });
});
