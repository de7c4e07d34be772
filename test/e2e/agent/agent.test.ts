import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../../demo/authorization-server.ts';
import { createKeytray, type Keytray, program } from '../../support/keytray.ts';
import { labConfig, signIn } from '../../support/sign-in.ts';

describe('keytray agent', () => {
  let server: RunningAuthorizationServer;
  let keytray: Keytray;

  beforeEach(async () => {
    server = await startAuthorizationServer({
      clients: [
        { clientId: 'keytray', redirectUris: ['http://127.0.0.1/callback'] },
        { clientId: 'confidential', clientSecret: 'the-client-secret', redirectUris: ['http://127.0.0.1/callback'] },
      ],
    });
    keytray = await createKeytray();
    await keytray.configure(labConfig({ issuer: server.issuer }));
  });

  afterEach(async () => {
    await keytray.close();
    await server.close();
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends in good order on %s', async (signal) => {
    await keytray.startAgent();
    expect((await stat(keytray.socket)).mode & 0o777).toBe(0o600);
    expect((await stat(path.dirname(keytray.socket))).mode & 0o777).toBe(0o700);
    expect(await keytray.stopAgent(signal)).toBe(0);
    expect(existsSync(keytray.socket)).toBe(false);
  });

  it('rehearses with a broker of its own, and stops in good order meanwhile', async () => {
    const stage = path.join(keytray.folder, 'tmp');
    await mkdir(stage);
    keytray.env.TMPDIR = stage;
    keytray.env.KEYTRAY_LOG_LEVEL = 'debug';
    keytray.env.KEYTRAY_REHEARSAL = 'on';
    await keytray.startAgent();
    await vi.waitFor(async () => expect(await readdir(stage)).toHaveLength(1), { interval: 5, timeout: 10_000 });
    expect(await keytray.api.status()).toMatchObject({ accounts: [{ account: 'lab', state: 'signed_out' }] });
    expect(await keytray.stopAgent('SIGTERM')).toBe(0);
    expect(await readdir(stage)).toEqual([]);
    expect(await keytray.log()).not.toMatch(/handed out|rehearsal/);
  });

  it('leaves the field to the one that runs already', async () => {
    await keytray.startAgent();
    const second = await keytray.run(['agent']);
    expect(second).toMatchObject({ status: 0, stderr: expect.stringContaining('already') });
    expect(await keytray.api.status()).toMatchObject({ kind: 'agent' });
  });

  it.each(['run', ''])('ends when somebody removes the folder it listens in (%j)', async (name) => {
    const agent = await keytray.startAgent();
    const ended = once(agent, 'exit');
    await rm(path.join(keytray.folder, name), { recursive: true });
    expect(await ended).toEqual([0, null]);
  });

  it('starts over the socket a killed one left behind', async () => {
    await keytray.startAgent();
    await keytray.stopAgent('SIGKILL');
    expect(existsSync(keytray.socket)).toBe(true);
    await keytray.startAgent();
    expect(await keytray.api.status()).toMatchObject({ accounts: [{ account: 'lab' }] });
  });

  it('hands over when another broker of the same user asks', async () => {
    const agent = await keytray.startAgent();
    await keytray.api.handover();
    if (agent.exitCode === null) await once(agent, 'exit');
    expect(agent.exitCode).toBe(0);
    expect(existsSync(keytray.socket)).toBe(false);
  });

  it('does not start with an invalid config, and says where it is wrong', async () => {
    await keytray.configure(`${labConfig({ issuer: server.issuer })}    clientid: keytray\n`);
    const { status, stderr } = await keytray.run(['agent']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/config\.yaml:9: accounts\.lab\.clientid: .*client_id/);
  });

  it('does not start where it cannot write its log, and says so in a line', async () => {
    keytray.env.XDG_STATE_HOME = '/proc/sys/kernel';
    const { status, stderr } = await keytray.run(['agent']);
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^keytray: \/proc\/sys\/kernel\/keytray\/agent\.log cannot be written \(E[A-Z]+\); set XDG_STATE_HOME to a folder of yours\n$/,
    );
  });

  it('takes over a changed config and keeps its sign-ins', async () => {
    await keytray.startAgent();
    await signIn(keytray, 'lab');
    const before = await keytray.api.token('lab', {});
    const second = `  other:\n    service: oidc\n    issuer: ${server.issuer}\n    client_id: keytray\n    store: memory\n`;
    await keytray.configure(labConfig({ issuer: server.issuer, more: second }));
    expect(await keytray.api.account('other')).toMatchObject({ state: 'signed_out' });
    expect(await keytray.api.token('lab', {})).toMatchObject({ access_token: before.access_token });
    await keytray.configure(labConfig({ issuer: server.issuer }));
    await expect.poll(async () => (await keytray.api.accounts()).map(({ account }) => account)).toEqual(['lab']);
    expect(await keytray.api.token('lab', {})).toMatchObject({ access_token: before.access_token });
  });

  it('keeps to the config it has while the one on disk is invalid', async () => {
    await keytray.startAgent();
    await signIn(keytray, 'lab');
    await keytray.configure('accounts: [oops');
    await expect.poll(async () => (await keytray.api.status()).config.error).toMatch(/config\.yaml:1/);
    expect(await keytray.api.account('lab')).toMatchObject({ state: 'active' });
    await keytray.configure(labConfig({ issuer: server.issuer }));
    await expect.poll(async () => (await keytray.api.status()).config.error).toBeUndefined();
  });

  it('signs in with a client secret that never stood in a file', async () => {
    await keytray.configure(
      labConfig({ issuer: server.issuer }).replace('client_id: keytray', 'client_id: confidential'),
    );
    await keytray.startAgent();
    expect(await signIn(keytray, 'lab')).toMatchObject({ state: 'failed' });
    const set = await keytray.run(['accounts', 'set-secret', 'lab'], { input: 'the-client-secret\n' });
    expect(set).toMatchObject({ status: 0 });
    expect(await signIn(keytray, 'lab')).toMatchObject({ state: 'succeeded' });
    expect(await keytray.log()).not.toContain('the-client-secret');
  });

  it('names a client secret that a public client does not have, and removes it', async () => {
    await keytray.startAgent();
    const set = await keytray.run(['accounts', 'set-secret', 'lab'], { input: 'not-its-secret\n' });
    expect(set).toMatchObject({ status: 0, stderr: expect.stringContaining('--remove') });
    expect((await keytray.run(['accounts', 'show', 'lab'])).stdout).toMatch(/^Client secret: +stored$/m);
    expect(await signIn(keytray, 'lab')).toMatchObject({ state: 'failed', fix: 'check_client_secret' });
    expect(await keytray.run(['accounts', 'set-secret', 'lab', '--remove'])).toMatchObject({ status: 0 });
    expect((await keytray.run(['accounts', 'show', 'lab'])).stdout).toMatch(/^Client secret: +none$/m);
    expect(await signIn(keytray, 'lab')).toMatchObject({ state: 'succeeded' });
  });

  it('signs out of an account that is removed: the same id added again is not signed in', async () => {
    await keytray.startAgent();
    await signIn(keytray, 'lab');
    const { access_token: token = '' } = await keytray.api.token('lab', {});
    expect(await keytray.run(['accounts', 'remove', 'lab'])).toMatchObject({ status: 0 });
    expect((await server.introspect(token)).active).toBe(false);
    await keytray.configure(labConfig({ issuer: server.issuer }));
    expect((await keytray.run(['token', 'lab'])).status).toBe(4);
  });

  it('does not fall back to another store where the one asked for cannot be had', async () => {
    await keytray.configure(labConfig({ issuer: server.issuer }).replace('store: memory', 'store: encrypted-file'));
    await keytray.startAgent();
    expect(await keytray.run(['token', 'lab'])).toMatchObject({ status: 7, stdout: '' });
  });

  it('gives programs their token by environment, only when asked to', async () => {
    await keytray.startAgent();
    await signIn(keytray, 'lab');
    const { access_token: token } = await keytray.api.token('lab', {});
    const ran = await keytray.run(['exec', 'lab', '--', 'sh', '-c', 'echo "$LAB_TOKEN"; exit 7']);
    expect(ran).toMatchObject({ status: 7, stdout: `${token}\n` });
    // Keytray's own Node would not start with the first, but it is the command's to read.
    Object.assign(keytray.env, {
      NODE_OPTIONS: '--no-such-option',
      LD_LIBRARY_PATH: '/x',
      SSL_CERT_FILE: '/y',
      A: 'b\nc',
    });
    const { stdout } = await keytray.run(['exec', 'lab', '--', 'env', '-0']);
    const entries = stdout.split('\0').filter((entry) => entry !== '' && !entry.startsWith('LAB_'));
    expect(entries.sort()).toEqual(
      Object.entries(keytray.env)
        .map((pair) => pair.join('='))
        .sort(),
    );
  });

  it('serves a helper whose caller never closes its stdin', async () => {
    await keytray.configure(labConfig({ issuer: server.issuer, git: ['git.lab.example'] }));
    await keytray.startAgent();
    await signIn(keytray, 'lab');
    const helper = spawn(program('git-credential-keytray'), ['get'], {
      env: keytray.env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    helper.stdin.write('protocol=https\nhost=git.lab.example\n\n');
    let said = '';
    helper.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const [status] = await once(helper, 'close');
    expect(status).toBe(0);
    expect(said).toContain(`password=${(await keytray.api.token('lab', {})).access_token}`);
    helper.stdin.destroy();
  });
});
