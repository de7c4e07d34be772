import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  demoScopes,
  type RunningAuthorizationServer,
  startAuthorizationServer,
} from '../../demo/authorization-server.ts';
import { type Keyring, lookup, startKeyring } from '../support/keyring.ts';
import { createKeytray, type Keytray, program, repository } from '../support/keytray.ts';
import { hasCommit, historyNote, needsCommit } from '../support/needs-history.ts';
import { type Finished, runToEnd } from '../support/processes.ts';
import { signIn } from '../support/sign-in.ts';
import { waitFor } from '../support/wait-for.ts';
import { buildFormerVersion, type FormerVersion, formerCommit } from './former-version.ts';

const clientSecret = 'a-client-secret-of-the-former-version';
const scopes = '[openid, offline_access, profile, email, git]';

/** What the person had written, for the former version. */
const config = (issuer: string): string => `accounts:
  lab:
    service: oidc
    issuer: ${issuer}
    client_id: keytray
    scopes: ${scopes}
    git: [git.lab.example]
    docker: [registry.lab.example]
    pip: [python.lab.example]
  confidential:
    service: oidc
    issuer: ${issuer}
    client_id: confidential
    scopes: ${scopes}
  by-hand:
    service: oauth
    client_id: keytray
    scopes: ${scopes}
    authorization_endpoint: ${issuer}/auth
    token_endpoint: ${issuer}/token
    revocation_endpoint: ${issuer}/token/revocation
  sealed:
    service: oidc
    issuer: ${issuer}
    client_id: keytray
    scopes: ${scopes}
    store: encrypted-file
  databricks@shop:
    service: databricks
    issuer: ${issuer}
    client_id: workspace
    scopes: [openid, offline_access, profile, email, all-apis]
  waiting:
    service: oidc
    issuer: ${issuer}
    client_id: keytray
    scopes: ${scopes}
  lapsed:
    service: oidc
    issuer: ${issuer}
    client_id: keytray
    scopes: ${scopes}
  cut-off:
    service: oidc
    issuer: ${issuer}
    client_id: keytray
    scopes: ${scopes}
  unused:
    service: oidc
    issuer: ${issuer}
    client_id: keytray
    scopes: ${scopes}
  newer:
    service: oidc
    issuer: ${issuer}
    client_id: keytray
    scopes: ${scopes}
`;

/** Who signs in where and stays signed in. */
const people = {
  lab: 'ada',
  confidential: 'bob',
  'by-hand': 'cleo',
  sealed: 'dora',
  'databricks@shop': 'eve',
  waiting: 'fay',
} as const;
type Id = keyof typeof people;
const ids = Object.keys(people) as readonly Id[];
/** The former version wrote down which server issued the tokens, or the configuration still says it. */
const kept: readonly Id[] = ['lab', 'confidential', 'sealed', 'databricks@shop', 'waiting'];

/** A record as the former version wrote it; the refresh token is what a server revokes. */
const record = z.looseObject({ version: z.literal(1), access: z.string(), refresh: z.string() });

const newerRecord = JSON.stringify({ version: 99, sealed: 'by a Keytray that is not written yet' });
const gitconfig = '# mine\n[user]\n\tname = Ada\n[credential]\n\thelper = cache\n';
const tools = ['git', 'docker', 'pip'] as const;

const reachable = await hasCommit(repository, formerCommit);

describe('a clone without its history', () => {
  it('lacks the former commit, and the run says so', async () => {
    const shallow = await mkdtemp(path.join(tmpdir(), 'keytray-shallow-'));
    try {
      await runToEnd('git', ['init', '--quiet', shallow], { env: process.env, cwd: shallow });
      expect(await hasCommit(shallow, formerCommit)).toBe(false);
      expect(historyNote(formerCommit)).toMatch(/^not run: .*git fetch --unshallow/);
    } finally {
      await rm(shallow, { recursive: true });
    }
  });
});

describe('a home that commit 8b1344b made', () => {
  needsCommit(formerCommit, reachable);

  let former: FormerVersion;
  let keyring: Keyring;
  let server: RunningAuthorizationServer;
  let keytray: Keytray;
  let installed: (name: string) => string;
  /** What the former version handed out last, by account. */
  const handedOut = new Map<Id, string>();
  const ofVersion1 = ['lab', 'confidential', 'by-hand', 'databricks@shop'];
  let formerSecret: string | undefined;

  const home = (...names: readonly string[]): string => path.join(keytray.folder, 'home', ...names);
  const state = (...names: readonly string[]): string => path.join(keytray.folder, 'state', 'keytray', ...names);
  const run = (...args: readonly string[]): Promise<Finished> => keytray.run(args);
  const done = async (...args: readonly string[]): Promise<string> => {
    const finished = await run(...args);
    expect({ args, ...finished }).toMatchObject({ status: 0 });
    return finished.stdout;
  };
  const account = (id: string) => keytray.api.account(id);
  const recordOf = async (id: string) => record.parse(JSON.parse((await lookup(keyring.env, 'keytray', id)) ?? 'null'));
  const putItem = (item: string, value: string): Promise<Finished> =>
    runToEnd('secret-tool', ['store', '--label', item, 'service', 'keytray', 'account', item], {
      env: keyring.env,
      cwd: keyring.folder,
      input: value,
    });

  beforeAll(async () => {
    if (!reachable) return;
    former = await buildFormerVersion();
    installed = former.program;
    keyring = await startKeyring();
    server = await startAuthorizationServer({
      scopes: [...demoScopes, 'all-apis'],
      clients: [
        { clientId: 'keytray' },
        { clientId: 'confidential', clientSecret },
        { clientId: 'workspace', redirectUris: ['http://localhost:8020'] },
      ],
    });
    keytray = await createKeytray(keyring.env, (name) => installed(name));
    const passphraseFile = path.join(keytray.folder, 'passphrase');
    await writeFile(passphraseFile, 'correct horse battery staple\n', { mode: 0o600 });
    keytray.env.KEYTRAY_PASSPHRASE_FILE = passphraseFile;
    keytray.env.PATH = `${path.dirname(former.program('keytray'))}:${keytray.env.PATH}`;
    await keytray.configure(config(server.issuer));
    await writeFile(home('.gitconfig'), gitconfig);
    await mkdir(home('.docker'), { mode: 0o700 });

    await keytray.startAgent();
    await keytray.run(['accounts', 'set-secret', 'confidential'], { input: `${clientSecret}\n` });
    for (const id of ids)
      expect([id, await signIn(keytray, id, people[id])]).toMatchObject([id, { state: 'succeeded' }]);
    await signIn(keytray, 'cut-off', 'hal');
    await signIn(keytray, 'lapsed', 'gus');
    await revoke(server.issuer, (await recordOf('lapsed')).refresh);
    // The second refusal of the same token is the last word.
    for (const _ of ['first', 'second']) await keytray.run(['token', 'lapsed', '--force']);
    for (const tool of tools) await done('setup', tool);
    await keytray.stopAgent('SIGTERM');

    // Once more, to leave a journal: a kill, with what was refreshed last not yet in the keychain.
    await keytray.startAgent();
    for (const id of ids) handedOut.set(id, (await done('token', id)).trim());
    // So that this process knows what it refreshes with, and reads nothing of the keychain once that is locked.
    for (const id of ['waiting', 'cut-off']) await done('token', id, '--force');
    const spent = (await recordOf('cut-off')).refresh;
    await keyring.lock();
    await waitFor('a keychain that is locked', async () => (await keytray.api.status()).keychain.state === 'locked');
    handedOut.set('waiting', (await done('token', 'waiting', '--force')).trim());
    // And a refresh of which the answer never came.
    const release = server.faults.hold();
    const unanswered = keytray.run(['token', 'cut-off', '--force']);
    await waitFor('a refresh token that is spent', () => server.isRevoked(spent));
    await keytray.stopAgent('SIGKILL');
    await unanswered;
    release();
    expect(existsSync(state('journal'))).toBe(true);
    expect(await readdir(state('refreshing'))).toEqual(['cut-off']);
    await keyring.unlock();
    expect(await putItem('newer', newerRecord)).toMatchObject({ status: 0 });
    // Before the new broker writes anything.
    for (const id of ofVersion1) await recordOf(id);
    formerSecret = await lookup(keyring.env, 'keytray', 'confidential#client-secret');

    installed = program;
    keytray.env.PATH = `${path.dirname(program('keytray'))}:${process.env.PATH}`;
    await keytray.startAgent();
    // Before anybody asks for it: the server forgives the second use of a refresh token for seconds only.
    await waitFor(
      'the answer to the refresh that was cut off',
      async () => (await readdir(state('refreshing'))).length === 0,
    );
  }, 120_000);

  afterAll(async () => {
    await keytray?.close();
    await server?.close();
    await keyring?.stop();
    await former?.remove();
  });

  it('holds items, a sealed file and setup records of version 1', async () => {
    const setups = await readdir(state('setup'));
    expect(setups.length).toBeGreaterThanOrEqual(tools.length);
    for (const file of setups) {
      expect(JSON.parse(await readFile(state('setup', file), 'utf8'))).toMatchObject({ version: 1 });
    }
    expect(formerSecret).toBe(clientSecret);
    expect(existsSync(state('tokens.sealed'))).toBe(true);
  });

  it.each(ids)('has %s signed in as the person it was, and hands out the token it had', async (id) => {
    const refreshes = server.requests.refresh_token;
    expect(await done('token', id)).toBe(`${handedOut.get(id)}\n`);
    expect(await account(id)).toMatchObject({ state: 'active' });
    expect(server.requests.refresh_token).toBe(refreshes);
    if (id !== 'by-hand') expect((await account(id)).subject).toMatchObject({ subject: people[id] });
  });

  it('has what waited in the journal in the keychain', async () => {
    await expect.poll(() => existsSync(state('journal')), { timeout: 10_000 }).toBe(false);
    expect(await lookup(keyring.env, 'keytray', 'waiting')).toContain(handedOut.get('waiting'));
  });

  it('has asked again, by itself, for the refresh that was cut off, and says what became of it', async () => {
    expect(await keytray.log()).toContain('the last process ended during a refresh');
    // This server forgives no second use of a refresh token.
    await expect.poll(async () => (await account('cut-off')).reason, { timeout: 10_000 }).toBe('login_required');
  });

  it('goes on with the log that was there, still for its owner alone', async () => {
    const lines = (await keytray.log())
      .trim()
      .split('\n')
      .map((line) => z.looseObject({ pid: z.number() }).parse(JSON.parse(line)));
    expect(new Set(lines.map(({ pid }) => pid)).size).toBeGreaterThanOrEqual(3);
    expect((await stat(state('agent.log'))).mode & 0o777).toBe(0o600);
  });

  it('has an ID token of who signed in', async () => {
    const [, claims = ''] = (await done('token', 'lab', '--id')).split('.');
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({ sub: people.lab, aud: 'keytray' });
  });

  it('still has the unused account signed out', async () => {
    expect(await account('unused')).toMatchObject({ state: 'signed_out' });
    expect(await run('token', 'unused')).toMatchObject({ status: 4, stdout: '' });
  });

  it('asks for the sign-in that the former version asked for, and has it heal the account', async () => {
    const { refused } = server.requests;
    // The access token has time left, so it is served until then.
    expect(await account('lapsed')).toMatchObject({ state: 'degraded', reason: 'login_required' });
    const answer = await run('token', 'lapsed', '--force');
    expect(answer).toMatchObject({ status: 4, stdout: '', stderr: expect.stringContaining('keytray login lapsed') });
    expect(server.requests.refused).toBe(refused);
    expect(await signIn(keytray, 'lapsed', 'gus')).toMatchObject({ state: 'succeeded' });
    expect(await server.introspect((await done('token', 'lapsed')).trim())).toEqual({ active: true, sub: 'gus' });
  });

  it.each(kept)('has %s refresh, before and after a restart', async (id) => {
    for (const _ of ['first', 'second']) {
      const token = (await done('token', id, '--force')).trim();
      expect(token).not.toBe(handedOut.get(id));
      expect(await server.introspect(token)).toEqual({ active: true, sub: people[id] });
      await keytray.stopAgent();
      await keytray.startAgent();
      expect(await done('token', id)).toBe(`${token}\n`);
    }
  });

  it('says what to do where one new sign-in is needed, since nothing says who issued the tokens', async () => {
    const refused = await run('token', 'by-hand', '--force');
    expect(refused).toMatchObject({ status: 4, stdout: '' });
    // What happened, then what to do.
    expect(refused.stderr.trim().split('\n')).toEqual([
      expect.stringContaining('by-hand'),
      expect.stringContaining('keytray login by-hand'),
    ]);
    // Until it ends, the access token is served.
    expect(await done('token', 'by-hand')).toBe(`${handedOut.get('by-hand')}\n`);

    expect(await signIn(keytray, 'by-hand', people['by-hand'])).toMatchObject({ state: 'succeeded' });
    const token = (await done('token', 'by-hand', '--force')).trim();
    expect(await server.introspect(token)).toEqual({ active: true, sub: people['by-hand'] });
  });

  it('leaves a record of an unknown version alone, whatever is asked of its account', async () => {
    const view = await account('newer');
    expect([view.reason, view.reason_description]).toEqual([
      'keychain_corrupt',
      expect.stringContaining('another version of Keytray'),
    ]);
    for (const args of [
      ['token', 'newer'],
      ['token', 'newer', '--force'],
      ['login', 'newer', '--no-browser'],
      ['logout', 'newer'],
      ['logout', 'newer', '--no-revoke'],
    ]) {
      const finished = await run(...args);
      expect([args, finished.stdout]).toEqual([args, '']);
      expect([args, finished.status]).not.toEqual([args, 0]);
      expect([args, finished.stderr]).toEqual([args, expect.stringContaining('another version of Keytray')]);
      expect([args, await lookup(keyring.env, 'keytray', 'newer')]).toEqual([args, newerRecord]);
    }
    await run('accounts', 'remove', 'newer', '--keep-sign-in');
    await keytray.stopAgent();
    expect(await lookup(keyring.env, 'keytray', 'newer')).toBe(newerRecord);
    await keytray.startAgent();
  });

  it('goes back to files as they were before the former version set tools up, byte for byte', async () => {
    expect(await readFile(home('.gitconfig'), 'utf8')).not.toBe(gitconfig);
    // Set up anew, so that the tools call the programs of this version.
    for (const tool of tools) await done('setup', tool);
    expect(await readFile(home('.gitconfig'), 'utf8')).toContain(program('git-credential-keytray'));
    expect(await readFile(home('.gitconfig'), 'utf8')).not.toContain(former.program('git-credential-keytray'));
    for (const tool of tools) await done('setup', tool, '--undo');
    expect(await readFile(home('.gitconfig'), 'utf8')).toBe(gitconfig);
    expect(existsSync(home('.docker', 'config.json'))).toBe(false);
    expect(existsSync(path.join(keyring.env.XDG_CONFIG_HOME ?? '', 'pip', 'pip.conf'))).toBe(false);
  });

  it('signs out at the server, and leaves no record behind', async () => {
    const token = (await done('token', 'confidential')).trim();
    await done('logout', 'confidential');
    expect(await server.introspect(token)).toMatchObject({ active: false });
    // The client secret stays for the next sign-in, in the item that is the only one now.
    const left = JSON.parse((await lookup(keyring.env, 'keytray', 'confidential')) ?? '');
    expect(left).toMatchObject({ secrets: { values: { client_secret: clientSecret } } });
    expect(left).not.toHaveProperty('record');
    expect(await lookup(keyring.env, 'keytray', 'confidential#client-secret')).toBeUndefined();
  });
});

/** As an administrator would, at the server and behind the broker's back. */
async function revoke(issuer: string, token: string): Promise<void> {
  const body = new URLSearchParams({ token, client_id: 'keytray' });
  const { status } = await fetch(`${issuer}/token/revocation`, { method: 'POST', body });
  expect(status).toBe(200);
}
