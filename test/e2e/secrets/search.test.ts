import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../../demo/authorization-server.ts';
import { type Keyring, startKeyring } from '../../support/keyring.ts';
import { createKeytray, type Keytray, program } from '../../support/keytray.ts';
import { knownSecrets, written } from '../../support/known-secrets.ts';
import { type ProcessWatch, watchProcesses } from '../../support/process-watch.ts';
import { runToEnd } from '../../support/processes.ts';
import { labConfig, signIn } from '../../support/sign-in.ts';

describe('a search for every secret of a whole run', () => {
  const secrets = knownSecrets();
  const passphrase = 'a passphrase that opens the file';
  let keyring: Keyring;
  let server: RunningAuthorizationServer;
  let keytray: Keytray;
  let processes: ProcessWatch;
  /** What was said to the person; never an answer that has to have the token in it. */
  const said: string[] = [];

  beforeAll(async () => {
    keyring = await startKeyring();
    server = await startAuthorizationServer({
      clients: [
        { clientId: 'keytray', redirectUris: ['http://127.0.0.1/callback'] },
        { clientId: 'confidential', clientSecret: 'the-client-secret', redirectUris: ['http://127.0.0.1/callback'] },
      ],
      onTokenExchange: secrets.onTokenExchange,
    });
    secrets.add('client_secret', 'the-client-secret');
    secrets.add('passphrase', passphrase);
    keytray = await createKeytray({ ...keyring.env, KEYTRAY_LOG_LEVEL: 'debug' });
    const more = ['other', 'sealed'].map(
      (name) => `  ${name}:
    service: oidc
    issuer: ${server.issuer}
    client_id: ${name === 'other' ? 'confidential' : 'keytray'}
    scopes: [openid, offline_access]
    store: ${name === 'other' ? 'memory' : 'encrypted-file'}
`,
    );
    const config = { issuer: server.issuer, git: ['git.lab.example'], store: 'keychain', more: more.join('') } as const;
    await keytray.configure(labConfig(config));
    processes = watchProcesses();
  });

  afterAll(async () => {
    processes.stop();
    await keytray.close();
    await server.close();
    await keyring.stop();
  });

  const run = async (args: readonly string[], input = '') => {
    const ran = await keytray.run(args, { input });
    said.push(ran.stdout, ran.stderr);
    return ran;
  };
  const git = (operation: string, more = '') =>
    runToEnd(program('git-credential-keytray'), [operation], {
      env: keytray.env,
      cwd: keytray.folder,
      input: `protocol=https\nhost=git.lab.example\n${more}\n`,
    });
  /** Every file there is, but for the passphrase that the person put there. */
  const files = async () => {
    const entries = await readdir(keytray.folder, { recursive: true, withFileTypes: true });
    const names = entries
      .filter((entry) => entry.isFile() && entry.name !== 'passphrase')
      .map((entry) => path.join(entry.parentPath, entry.name));
    return await Promise.all(names.map(async (name) => ({ name, text: await readFile(name, 'latin1') })));
  };
  const nothingFound = async (): Promise<void> => {
    const places = [
      ...(await files()),
      { name: 'command lines, titles, environments', text: processes.seen() },
      { name: 'output', text: said.join('\n') },
    ];
    const found = places.flatMap(({ name, text }) =>
      [...secrets.values]
        .filter(([value]) => written(value).some((form) => text.includes(form)))
        .map(([, kind]) => `${kind} in ${name}`),
    );
    expect(found).toEqual([]);
  };

  it('finds none while everything works', async () => {
    await keytray.startAgent();
    expect(await run(['accounts', 'set-secret', 'other'], 'the-client-secret\n')).toMatchObject({ status: 0 });
    for (const account of ['lab', 'other'])
      expect(await signIn(keytray, account)).toMatchObject({ state: 'succeeded' });
    for (const account of ['lab', 'other']) await keytray.api.token(account, { force: true });
    const answer = await git('get');
    expect(secrets.foundIn(answer.stdout)).toEqual(['access_token']);
    await git('store', `username=oauth2\n${/^password=.*$/m.exec(answer.stdout)?.[0]}\n`);
    await git('erase', `username=oauth2\n${/^password=.*$/m.exec(answer.stdout)?.[0]}\n`);
    await run(['status']);
    await run(['status', '--json']);
    await run(['accounts', 'show', 'lab', '--json']);
    expect(await keytray.log()).toContain('handed out');
    await nothingFound();
  });

  it('finds none after failures', async () => {
    // A server that repeats whatever it ever saw, one value at a time so that none is cut off.
    const known = [...secrets.values].filter(([, kind]) => kind !== 'passphrase').map(([value]) => value);
    for (const value of known) {
      const body = JSON.stringify({ error: 'server_error', error_description: `no ${value} please` });
      server.faults.outage = { status: 400, body, headers: { 'content-type': 'application/json' } };
      const refused = await keytray.api.token('other', { force: true }).catch((error: unknown) => String(error));
      expect(refused).toContain('no [secret] please');
      said.push(String(refused));
    }
    const echoed = JSON.stringify({ error: 'server_error', error_description: known.join(' ') });
    for (const status of [400, 500]) {
      server.faults.outage = { status, body: echoed, headers: { 'content-type': 'text/html' } };
      await run(['token', 'other', '--force']);
    }
    server.faults.outage = undefined;
    const started = await keytray.api.startLogin('other', { user_agent: 'none' });
    secrets.add('code', 'a-code-that-no-server-has-given');
    const state = new URL(started.authorization_url ?? '').searchParams.get('state') ?? '';
    const redirect = new URL(new URL(started.authorization_url ?? '').searchParams.get('redirect_uri') ?? '');
    redirect.search = new URLSearchParams({
      state,
      code: 'a-code-that-no-server-has-given',
      iss: server.issuer,
    }).toString();
    await keytray.api.finishLogin(started.login_id, { redirect_url: redirect.href }).catch(() => undefined);
    expect(await keytray.api.login(started.login_id, 10)).toMatchObject({ state: 'failed' });
    expect(await run(['token', 'nobody'])).toMatchObject({ status: 8 });
    expect(await keytray.log()).toContain('sign-in failed');
    await nothingFound();
  });

  it('finds none in the journal of a locked keychain', async () => {
    await keyring.lock();
    await keytray.api.token('lab', { force: true });
    const journals = (await files()).filter(({ name }) => path.basename(name) === 'journal');
    expect(journals.map(({ text }) => text.length > 100)).toEqual([true]);
    await nothingFound();
    await keyring.unlock();
  });

  it('finds none in the encrypted file', async () => {
    await keytray.stopAgent();
    const file = path.join(keytray.folder, 'passphrase');
    await writeFile(file, `${passphrase}\n`);
    await chmod(file, 0o600);
    keytray.env.KEYTRAY_PASSPHRASE_FILE = file;
    await keytray.startAgent();
    expect(await signIn(keytray, 'sealed')).toMatchObject({ state: 'succeeded' });
    await keytray.api.token('sealed', { force: true });
    await nothingFound();
  });

  it('finds none after the end of it', async () => {
    for (const account of ['lab', 'sealed']) expect(await run(['logout', account])).toMatchObject({ status: 0 });
    expect(await run(['token', 'lab'])).toMatchObject({ status: 4 });
    await keytray.stopAgent('SIGABRT');
    await nothingFound();
    const kinds = ['access_token', 'client_secret', 'code', 'code_verifier', 'id_token', 'passphrase', 'refresh_token'];
    expect(secrets.kinds()).toEqual(kinds);
    expect(processes.looks).toBeGreaterThan(50);
    expect(processes.seen()).toContain('git-credential-keytray');
  });

  it('would find any of them, however it was written', async () => {
    const value = [...secrets.values.keys()][0] ?? '';
    const texts = [
      `x${value}`,
      `{"t":"${value}"}`,
      Buffer.from(`ab${value}c`).toString('base64'),
      Buffer.from(value).toString('hex'),
    ];
    for (const text of texts) expect(written(value).some((form) => text.includes(form))).toBe(true);
  });
});
