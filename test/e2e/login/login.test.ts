import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../../demo/authorization-server.ts';
import { startChild } from '../../../demo/children.ts';
import { signInWithChromium } from '../../../demo/chromium.ts';
import { createCleanUp } from '../../../demo/clean-up.ts';
import { createGitSandbox, type GitSandbox } from '../../support/git-sandbox.ts';
import { startTestGitServer, type TestGitServer, tokenIn } from '../../support/git-server.ts';
import { type Keyring, lookup, startKeyring } from '../../support/keyring.ts';
import { createKeytray, type Keytray, program } from '../../support/keytray.ts';
import { type ProcessWatch, watchProcesses } from '../../support/process-watch.ts';
import { labConfig } from '../../support/sign-in.ts';

const storedRecord = z.object({ refresh: z.string(), access: z.string(), generation: z.number() });
const storedAccount = z.object({ record: storedRecord });

/** One story, told in order: each step stands on the one before. */
describe('one sign-in in Chromium serves git', () => {
  let keyring: Keyring;
  let server: RunningAuthorizationServer;
  let gitServer: TestGitServer;
  let keytray: Keytray;
  let sandbox: GitSandbox;
  let processes: ProcessWatch;
  let watched: string;
  const browserEnd = createCleanUp();
  /** Every secret of the run, and what it is. */
  const secrets = new Map<string, string>();
  const outputs: string[] = [];

  beforeAll(async () => {
    watched = await mkdtemp(path.join(tmpdir(), 'keytray-browser-'));
    keyring = await startKeyring();
    server = await startAuthorizationServer({
      onTokenExchange: ({ parameters, reply }) => {
        for (const name of ['code', 'code_verifier', 'refresh_token']) noteSecret(name, parameters[name]);
        for (const name of ['access_token', 'refresh_token', 'id_token']) noteSecret(name, reply[name]);
      },
    });
    gitServer = await startTestGitServer('basic', async (credential) => {
      const token = tokenIn(credential);
      return token !== undefined && (await server.introspect(token)).active;
    });
    keytray = await createKeytray(keyring.env);
    await keytray.configure(labConfig({ issuer: server.issuer, git: [gitServer.host], store: 'keychain' }));
    sandbox = await createGitSandbox({ env: { KEYTRAY_SOCKET: keytray.socket } });
    processes = watchProcesses();
    await keytray.startAgent();
  });

  afterAll(async () => {
    processes.stop();
    await browserEnd.run();
    await keytray.close();
    await gitServer.close();
    await server.close();
    await keyring.stop();
    await sandbox.close();
    await rm(watched, { recursive: true, force: true });
  });

  const noteSecret = (name: string, value: unknown): void => {
    if (typeof value === 'string') secrets.set(value, name);
  };

  const record = async (): Promise<z.infer<typeof storedRecord>> => {
    const text = await lookup(keyring.env, 'keytray', 'lab');
    return storedAccount.parse(JSON.parse(text ?? 'null')).record;
  };

  const keytrayRun = async (...args: string[]) => {
    const ran = await keytray.run(args);
    if (args[0] !== 'token') outputs.push(ran.stdout);
    outputs.push(ran.stderr);
    return ran;
  };

  it('signs in through the server’s own pages', async () => {
    const login = startChild(program('keytray'), ['login', 'lab', '--no-browser'], {
      env: keytray.env,
      cwd: keytray.folder,
    });
    const url = new URL(await login.firstLine());
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    await signInWithChromium('/usr/bin/chromium', url, { login: 'ada', home: watched }, browserEnd);
    const ended = await login.ended;
    outputs.push(ended.stdout, ended.stderr);
    expect(ended).toMatchObject({ status: 0 });
    expect(ended.stdout + ended.stderr).toMatch(/Signed in to .* as ada/);
    expect(server.accountsCreated).toEqual(['ada']);
  });

  it('keeps the record in the OS keychain', async () => {
    const stored = await record();
    expect((await server.introspect(stored.access)).sub).toBe('ada');
    expect(await server.isRevoked(stored.refresh)).toBe(false);
    expect(stored.generation).toBe(1);
  });

  it('prints the token and nothing else', async () => {
    const { stdout, status } = await keytrayRun('token', 'lab');
    expect(status).toBe(0);
    expect(stdout).toBe(`${(await record()).access}\n`);
  });

  it('sets git up, then clones', async () => {
    const setup = await keytray.run(['setup', 'git']);
    expect(setup).toMatchObject({ status: 0 });
    const config = await readFile(path.join(keytray.env.HOME ?? '', '.gitconfig'), 'utf8');
    expect(config).toContain(program('git-credential-keytray'));
    await sandbox.git('config', '--global', 'include.path', path.join(keytray.env.HOME ?? '', '.gitconfig'));
    await gitServer.addRepository('api.git', { 'README.md': 'api\n' });
    await sandbox.git('clone', '--quiet', `${gitServer.url}/api.git`, 'api');
    expect(await readFile(path.join(sandbox.work, 'api', 'README.md'), 'utf8')).toBe('api\n');
  });

  it('pushes, and the server has it', async () => {
    const api = ['-C', 'api'];
    await sandbox.git(...api, 'commit', '--quiet', '--allow-empty', '--message=second');
    await sandbox.git(...api, 'push', '--quiet', 'origin', 'HEAD:main');
    const there = await sandbox.git('ls-remote', `${gitServer.url}/api.git`, 'refs/heads/main');
    expect(there.split('\t')[0]).toBe((await sandbox.git(...api, 'rev-parse', 'HEAD')).trim());
  });

  it('fetches from several remotes at once', async () => {
    const api = ['-C', 'api'];
    for (const name of ['one', 'two', 'three']) {
      const url = await gitServer.addRepository(`${name}.git`, { [`${name}.txt`]: name });
      await sandbox.git(...api, 'remote', 'add', name, url);
    }
    await sandbox.git(...api, 'fetch', '--quiet', '--multiple', '--jobs=4', 'one', 'two', 'three', 'origin');
    expect(await sandbox.git(...api, 'show', 'three/main:three.txt')).toBe('three');
  });

  it('clones submodules', async () => {
    const inner = await gitServer.addRepository('inner.git', { 'inner.txt': 'inner' });
    await sandbox.git('-C', 'api', 'submodule', '--quiet', 'add', inner, 'inner');
    await sandbox.git('-C', 'api', 'commit', '--quiet', '--message=inner');
    await sandbox.git('-C', 'api', 'push', '--quiet', 'origin', 'HEAD:main');
    await sandbox.git('clone', '--quiet', '--recurse-submodules', `${gitServer.url}/api.git`, 'again');
    expect(await readFile(path.join(sandbox.work, 'again', 'inner', 'inner.txt'), 'utf8')).toBe('inner');
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('finds the sign-in again after %s', async (signal) => {
    const before = await record();
    await keytray.stopAgent(signal);
    await keytray.startAgent();
    const { stdout } = await keytrayRun('token', 'lab');
    expect(stdout).toBe(`${before.access}\n`);
    expect(server.accountsCreated).toEqual(['ada']);
  });

  it('shows who is signed in', async () => {
    const { stdout, status } = await keytrayRun('status');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^lab +active +ada/m);
  });

  it('rotates on force, and saves what the server gave', async () => {
    const before = await record();
    await keytrayRun('token', 'lab', '--force');
    const after = await record();
    // One write as the reply comes, and one more where signing keys had to be read for its ID token.
    expect(after.generation - before.generation).toBeGreaterThanOrEqual(1);
    expect(after.generation - before.generation).toBeLessThanOrEqual(2);
    expect(after.refresh).not.toBe(before.refresh);
    expect(await server.isRevoked(before.refresh)).toBe(true);
  });

  it('forgets and revokes on logout', async () => {
    const last = await record();
    const { status } = await keytrayRun('logout', 'lab');
    expect(status).toBe(0);
    expect(await lookup(keyring.env, 'keytray', 'lab')).toBeUndefined();
    expect(await server.isRevoked(last.refresh)).toBe(true);
    expect(await server.isRevoked(last.access)).toBe(true);
    expect((await keytrayRun('token', 'lab')).status).toBe(4);
  });

  it('has shown no secret anywhere on the way', async () => {
    const kinds = ['access_token', 'code', 'code_verifier', 'id_token', 'refresh_token'];
    expect([...new Set(secrets.values())].sort()).toEqual(kinds);
    expect(processes.looks).toBeGreaterThan(50);
    const states = path.join(keytray.folder, 'state', 'keytray');
    const files = await Promise.all(
      (await readdir(states, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => readFile(path.join(entry.parentPath, entry.name), 'latin1')),
    );
    const places = { processes: processes.seen(), output: outputs.join('\n'), files: files.join('\n') };
    expect(places.processes).toContain('git-credential-keytray');
    expect(places.files).toContain('started');
    for (const [place, text] of Object.entries(places)) {
      for (const [secret, kind] of secrets) expect(text.includes(secret), `${kind} in ${place}`).toBe(false);
    }
  });
});
