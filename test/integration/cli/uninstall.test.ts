import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../../demo/authorization-server.ts';
import { signInWithForms } from '../../../demo/built-in-user-agent.ts';
import { CliSandbox } from '../../support/cli-process.ts';
import { labConfig } from '../../support/sign-in.ts';

describe('keytray uninstall --everything', () => {
  let server: RunningAuthorizationServer;
  let sandbox: CliSandbox;
  let bin: string;
  let state: string;

  beforeEach(async () => {
    server = await startAuthorizationServer();
    const config = labConfig({ issuer: server.issuer, git: ['git.lab.example'] });
    sandbox = await CliSandbox.create({ config });
    state = join(sandbox.home, 'state/keytray');
    bin = join(sandbox.home, 'bin');
    await mkdir(bin);
    await writeFile(join(bin, 'systemctl'), `#!/bin/sh\necho "$*" >> ${bin}/told\n`);
    await chmod(join(bin, 'systemctl'), 0o755);
  });
  afterEach(async () => {
    await run('stop');
    await sandbox[Symbol.asyncDispose]();
    await server.close();
  });

  const run = (...args: string[]) => sandbox.run(args, { env: { PATH: `${bin}:${sandbox.env.PATH}` } });

  async function signIn(): Promise<string> {
    expect(await run('start')).toMatchObject({ status: 0 });
    const login = sandbox.start(['login', 'lab', '--no-browser']);
    const said = await login.said(/https?:\/\/\S+/);
    const [url = ''] = /https?:\/\/\S+/.exec(said) ?? [];
    await signInWithForms(new URL(url), { login: 'ada' });
    expect((await login.ended).status).toBe(0);
    return (await run('token', 'lab')).stdout.trim();
  }

  it('signs out at the server, takes back what was set up, and leaves no file of Keytray', async () => {
    const token = await signIn();
    expect((await run('setup', 'git')).status).toBe(0);
    expect((await run('service', 'install')).status).toBe(0);
    // What an encrypted file leaves beside it.
    for (const kept of ['previous', 'unreadable']) await writeFile(join(state, `tokens.sealed.${kept}`), 'sealed');
    const { status, stdout, stderr } = await run('uninstall', '--everything', '--yes');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('the sign-in of lab');
    expect(stdout).toContain('The server has revoked the tokens.');
    expect(stdout).not.toContain(token);
    expect(await server.isRevoked(token)).toBe(true);
    expect(existsSync(state)).toBe(false);
    expect(existsSync(sandbox.configFile)).toBe(false);
    expect(existsSync(join(sandbox.home, 'config/systemd'))).toBe(false);
    expect(existsSync(join(sandbox.home, '.gitconfig'))).toBe(false);
    expect((await run('status')).status).toBe(3);
    expect(await readFile(join(bin, 'told'), 'utf8')).toContain('disable --now keytray.service');
  });

  it('leaves every file that it did not make, and its folder', async () => {
    await run('start');
    await writeFile(join(state, 'notes.txt'), 'mine');
    await mkdir(join(state, 'rotations'), { recursive: true });
    await writeFile(join(state, 'rotations/README'), 'mine');
    await writeFile(sandbox.configFile, `# mine\n${await readFile(sandbox.configFile, 'utf8')}`);
    const { status, stdout } = await run('uninstall', '--everything', '--yes');
    expect(status).toBe(0);
    expect(await readFile(join(state, 'notes.txt'), 'utf8')).toBe('mine');
    expect(existsSync(join(state, 'rotations/README'))).toBe(true);
    expect(existsSync(join(state, 'agent.log'))).toBe(false);
    expect(await readFile(sandbox.configFile, 'utf8')).toMatch(/^# mine/);
    expect(await readFile(sandbox.configFile, 'utf8')).not.toContain('lab');
    expect(stdout).toContain(`${join(state, 'notes.txt')}: not made by Keytray alone`);
  });

  it('shows the list and does nothing where nobody can be asked', async () => {
    const token = await signIn();
    const { status, stdout, stderr } = await run('uninstall', '--everything');
    expect(status).toBe(2);
    expect(stdout).toContain('the sign-in of lab');
    expect(stderr).toContain('--yes');
    expect(await server.isRevoked(token)).toBe(false);
    expect((await run('token', 'lab')).stdout.trim()).toBe(token);
    expect(existsSync(sandbox.configFile)).toBe(true);
  });
});
