import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Keyring, startKeyring } from '../../support/keyring.ts';
import { createKeytray, type Keytray, program } from '../../support/keytray.ts';
import { knownSecrets } from '../../support/known-secrets.ts';
import { runToEnd } from '../../support/processes.ts';
import { Eavesdropper, unique } from '../../support/secret-search.ts';
import { StubPrograms } from '../../support/stub-programs.ts';
import { type Dataiku, startDataiku } from '../../support/vendors/dataiku/dataiku.ts';
import { newKey } from '../../support/vendors/dataiku/keys.ts';

describe('a search for the secrets of accounts with a key and with a command', () => {
  const secrets = knownSecrets();
  let keyring: Keyring;
  let instance: Dataiku;
  let stubs: StubPrograms;
  let keytray: Keytray;
  let ears: Eavesdropper;
  let key: string;

  const noted = (kind: string, value: string): string => {
    secrets.add(kind, value);
    return value;
  };

  beforeAll(async () => {
    [keyring, instance, stubs] = await Promise.all([startKeyring(), startDataiku(), StubPrograms.create()]);
    const about = { kind: 'personal', user: 'kim', label: 'job', description: '', createdBy: 'kim' } as const;
    const made = newKey({ ...about, createdOn: Date.now() });
    instance.keys.push(made);
    // Every list of keys has the secrets in it.
    instance.switches.secureKeys = false;
    key = noted('api_key', made.secret);
    keytray = await createKeytray({ ...keyring.env, KEYTRAY_LOG_LEVEL: 'debug' });
    await keytray.configure(`accounts:
  dataiku: { service: dataiku, url: "${instance.url}" }
  tool:
    service: oauth
    grant: command
    command: [${path.join(stubs.folder, 'tool')}, auth, token]
    git: [git.lab.example]
`);
    ears = new Eavesdropper(keytray);
    await ears.startAgent();
  });

  afterAll(async () => {
    await ears.close();
    await keytray.close();
    await stubs[Symbol.asyncDispose]();
    await instance.close();
    await keyring.stop();
  });

  const run: Eavesdropper['run'] = (...args) => ears.run(...args);
  const git = (operation: string, more = '') =>
    runToEnd(program('git-credential-keytray'), [operation], {
      env: keytray.env,
      cwd: keytray.folder,
      input: `protocol=https\nhost=git.lab.example\n${more}\n`,
    });
  const looksAround = async (): Promise<void> => {
    for (const account of ['dataiku', 'tool']) {
      await run(['status', account]);
      await run(['accounts', 'show', account, '--json']);
      ears.said.push(JSON.stringify(await keytray.api.account(account)));
    }
    await run(['status', '--json']);
  };
  const nothingFound = async (): Promise<void> => {
    expect(await ears.find(secrets)).toEqual([]);
  };

  it('finds none while everything works', async () => {
    expect(await run(['login', 'dataiku'], key)).toMatchObject({ status: 0 });
    await stubs.prints('tool', noted('command', unique('bare')));
    expect((await git('get')).stdout).toContain('password=bare-');
    await stubs.prints('tool', JSON.stringify({ access_token: noted('command', unique('json')), expires_in: 600 }));
    expect((await keytray.api.token('tool', { force: true })).access_token).toMatch(/^json-/);
    expect((await keytray.api.token('dataiku', {})).access_token).toBe(key);
    expect(await run(['test', 'dataiku'])).toMatchObject({ status: 0 });
    expect(await run(['permissions', 'dataiku'])).toMatchObject({ status: 0 });
    const listed = await run(['api-keys', 'list', 'dataiku', '--json']);
    expect(listed.stdout).toContain('"job"');
    await looksAround();
    await expect.poll(() => ears.events.join()).toContain('handed_out');
    expect(await keytray.log()).toContain('handed out');
    await nothingFound();
  });

  it('finds none of a key that was refused, or that the service repeats in its errors', async () => {
    for (const line of [
      unique('unknown'),
      `https://${unique('pasted')}.example`,
      `${unique('two')} ${unique('words')}`,
    ]) {
      for (const word of line.split(' ')) noted('refused_key', word.replace(/^https:\/\/|\.example$/g, ''));
      expect((await run(['login', 'dataiku', '--renew'], line)).status).not.toBe(0);
    }
    const words = `no ${key} please`;
    for (const status of [400, 401, 403, 500]) {
      const body = { errorType: 'com.dataiku.dip.exceptions.UnauthorizedException', message: words };
      instance.faults.add(/auth/, { kind: 'reply', status, body }, 3);
      expect((await run(['test', 'dataiku', '--json'])).status).not.toBe(0);
      await keytray.api.test('dataiku', {}).then(
        (view) => ears.said.push(JSON.stringify(view)),
        (error: unknown) => ears.said.push(String(error), JSON.stringify(error)),
      );
      instance.faults.clear();
    }
    await looksAround();
    await nothingFound();
  });

  it('finds none of a command that fails, or prints what cannot be read', async () => {
    const token = noted('command', unique('stray'));
    await stubs.prints('kept', token);
    const file = path.join(stubs.folder, 'kept.out');
    const scripts = [
      `cat ${file} >&2; exit 1`,
      `cat ${file}; exit 3`,
      `cat ${file} ${file} ; echo; cat ${file}; echo " and words"`,
      `printf '{"error": "'; cat ${file}; printf '"}'`,
      `printf '{"access_token": {"value": "'; cat ${file}; printf '"}}'`,
    ];
    for (const script of scripts) {
      await stubs.write('tool', script);
      expect((await run(['token', 'tool', '--force'])).status, script).not.toBe(0);
      ears.said.push(
        JSON.stringify(await keytray.api.token('tool', { force: true }).catch((error: unknown) => String(error))),
      );
      await git('get').then(({ stderr }) => ears.said.push(stderr));
    }
    await looksAround();
    await nothingFound();
  });

  it('finds none in the journal of a locked keychain', async () => {
    await keyring.lock();
    expect((await keytray.api.token('dataiku', {})).access_token).toBe(key);
    const next = newKey({
      ...{ kind: 'personal', user: 'kim', label: 'next', description: '', createdBy: 'kim' },
      createdOn: Date.now(),
    });
    instance.keys.push(next);
    await run(['login', 'dataiku', '--renew'], noted('api_key', next.secret));
    await stubs.prints('tool', noted('command', unique('locked')));
    expect((await keytray.api.token('tool', { force: true })).access_token).toMatch(/^locked-/);
    await looksAround();
    await nothingFound();
    await keyring.unlock();
  });

  it('finds none after the end of it', async () => {
    expect(await run(['logout', 'dataiku'])).toMatchObject({ status: 0 });
    expect((await run(['token', 'dataiku'])).status).toBe(4);
    await keytray.stopAgent('SIGABRT');
    await nothingFound();
    expect(secrets.kinds()).toEqual(['api_key', 'command', 'refused_key']);
    expect(ears.processes.looks).toBeGreaterThan(50);
    expect(ears.processes.seen()).toContain('git-credential-keytray');
    expect(await stubs.runs('tool')).toContain('auth token');
  });
});
