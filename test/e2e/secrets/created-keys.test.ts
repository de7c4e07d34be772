import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Keyring, startKeyring } from '../../support/keyring.ts';
import { createKeytray, type Keytray } from '../../support/keytray.ts';
import { knownSecrets } from '../../support/known-secrets.ts';
import { Eavesdropper } from '../../support/secret-search.ts';
import { type Dataiku, startDataiku } from '../../support/vendors/dataiku/dataiku.ts';
import { newKey } from '../../support/vendors/dataiku/keys.ts';

/** Another key of the same person; each is of this run alone, because every process of the machine is searched. */
const keyOfKim = (label: string) =>
  newKey({ kind: 'personal', user: 'kim', label, description: '', createdBy: 'kim', createdOn: Date.now() });

describe('the secret of a key that Keytray creates', () => {
  const secrets = knownSecrets();
  let keyring: Keyring;
  let instance: Dataiku;
  let keytray: Keytray;
  let ears: Eavesdropper;

  beforeAll(async () => {
    [keyring, instance] = await Promise.all([startKeyring(), startDataiku()]);
    // Every list of keys has the secrets in it.
    instance.switches.secureKeys = false;
    keytray = await createKeytray({ ...keyring.env, KEYTRAY_LOG_LEVEL: 'debug' });
    await keytray.configure(`accounts:\n  dataiku: { service: dataiku, url: "${instance.url}" }\n`);
    ears = new Eavesdropper(keytray);
    await ears.startAgent();
    const own = keyOfKim('own');
    instance.keys.push(own);
    secrets.add('api_key', own.secret);
    expect(await run(['login', 'dataiku'], own.secret)).toMatchObject({ status: 0 });
  });
  afterAll(async () => {
    await ears.close();
    await keytray.close();
    await instance.close();
    await keyring.stop();
  });

  const run: Eavesdropper['run'] = (...args) => ears.run(...args);
  /** Standard output is the one place that is meant for the secret. */
  const prints = async (kind: string, args: readonly string[]): Promise<string> => {
    const { status, stdout, stderr } = await keytray.run(args, { input: '\n' });
    expect(status, stderr).toBe(0);
    ears.said.push(stderr);
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
    ears.said.push(JSON.stringify(await keytray.api.apiKeys.list('dataiku')));
  };
  const nothingFound = async (): Promise<void> => {
    expect(await ears.find(secrets)).toEqual([]);
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
    expect(ears.processes.looks).toBeGreaterThan(50);
    expect(ears.processes.seen()).toContain('api-keys');
    expect(await keytray.log()).toContain('dataiku');
    expect(ears.events.length).toBeGreaterThan(0);
  });
});
