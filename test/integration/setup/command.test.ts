import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startBrokerSocket } from '../../support/broker-socket.ts';
import { CliSandbox } from '../../support/cli-process.ts';
import { accountView, FakeBroker } from '../../support/fake-broker.ts';

const config = `accounts:
  lab:
    service: oidc
    issuer: http://127.0.0.1:9
    client_id: c
    docker: [registry.lab.example]
    npm: [npm.lab.example]
    terraform: [tf.lab.example]
    aws: ['arn:aws:iam::123456789012:role/deploy']
    mail: [imap.lab.example]
`;
const bin = fileURLToPath(new URL('../../../out/bin', import.meta.url));

async function setting(state?: 'active' | 'login_required') {
  const socket =
    state === undefined ? undefined : await startBrokerSocket(new FakeBroker([accountView('lab', { state })]));
  const sandbox = await CliSandbox.create({
    config,
    ...(socket === undefined ? {} : { socketPath: socket.socketPath }),
  });
  const programs = join(sandbox.home, 'programs');
  const env = { PATH: `${programs}:${sandbox.env.PATH}` };
  await mkdir(programs);
  for (const name of ['docker', 'pnpm', 'msmtp']) {
    await writeFile(join(programs, name), '#!/bin/sh\n');
    await chmod(join(programs, name), 0o755);
  }
  return {
    sandbox,
    run: (...args: readonly string[]) => sandbox.run(args, { env }),
    withOurs: (...args: readonly string[]) => sandbox.run(args, { env: { PATH: `${bin}:${env.PATH}` } }),
    read: (name: string) => readFile(join(sandbox.home, name), 'utf8'),
    write: async (name: string, text: string) => {
      await mkdir(dirname(join(sandbox.home, name)), { recursive: true });
      await writeFile(join(sandbox.home, name), text);
    },
    async [Symbol.asyncDispose]() {
      await sandbox[Symbol.asyncDispose]();
      await socket?.[Symbol.asyncDispose]();
    },
  };
}

describe('keytray setup TOOL', () => {
  it('says what it did and how to take it back, and what is missing on PATH', async () => {
    await using here = await setting();
    const result = await here.run('setup', 'docker');
    expect(result.status).toBe(0);
    expect(result.stdout).toMatch(/^Docker asks Keytray for registry\.lab\.example \(.*\/\.docker\/config\.json\)\.$/m);
    expect(result.stdout).toContain('keytray setup docker --undo');
    expect(result.stderr).toBe(
      `keytray: docker-credential-keytray is not on PATH; add this line to your shell's start file: export PATH=${bin}:"$PATH"; or: keytray setup docker --link FOLDER\n`,
    );
    expect(JSON.parse(await here.read('.docker/config.json'))).toEqual({
      credHelpers: { 'registry.lab.example': 'keytray' },
    });
  });

  it('--link puts the program where a person wants it', async () => {
    await using here = await setting();
    const result = await here.run('setup', 'docker', '--link', 'programs');
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(join(here.sandbox.home, 'programs/docker-credential-keytray'))).toBe(true);
    const undone = await here.run('setup', 'docker', '--undo');
    expect(undone.stdout).toMatch(/docker-credential-keytray is gone again/);
    expect((await here.run('setup', 'aws', '--link', 'programs')).status).toBe(2);
  });

  it.each([
    ['aws', 'aws: [ROLE_ARN]'],
    ['google', 'google: [AUDIENCE]'],
    ['cargo', 'cargo: [HOST]'],
  ])('%s without an account that serves it says what to write', async (tool, key) => {
    await using sandbox = await CliSandbox.create();
    const result = await sandbox.run(['setup', tool]);
    expect(result.status).toBe(2);
    expect(result.stderr).toContain(key);
  });

  it('of a file that is broken names its line', async () => {
    await using here = await setting();
    await here.write('.docker/config.json', '{\n  "auths": {,\n}\n');
    const result = await here.run('setup', 'docker');
    expect(result.status).toBe(2);
    expect(result.stderr).toMatch(/^keytray: .*\.docker\/config\.json:2: no JSON .*\n {2}.+\n$/);
  });
});

describe('keytray setup', () => {
  it('sends nothing to the terminal that a file of another could use against it', async () => {
    await using here = await setting('active');
    await here.write('.npmrc', '//npm.lab.example/\u001b[2J/:_authToken=hunter2\n');
    const { stdout, stderr } = await here.withOurs('setup', 'npm');
    expect(stderr).toContain('has a password, token or helper for //npm.lab.example/');
    expect(stdout + stderr).not.toContain('\u001b');
  });

  it('lists every tool in 80 columns, with what is in front of us', async () => {
    await using here = await setting('active');
    await here.write('.npmrc', '//npm.lab.example/:_authToken=hunter2\n');
    for (const tool of ['docker', 'npm', 'aws']) await here.withOurs('setup', tool);
    const { stdout, stderr, status } = await here.withOurs('setup');
    expect(status).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(16);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(/^docker +set up +yes +registry\S* +keytray setup docker --undo$/m);
    expect(stdout).toMatch(/^aws +set up +yes +arn\S+ +keytray setup aws --undo$/m);
    expect(stdout).toMatch(/^mail +by hand +yes +imap\S+ +keytray setup mail$/m);
    expect(stderr).toMatch(/^keytray: npm: .*\.npmrc still holds a password or token for \/\/npm\.lab\.example\//);
    expect(stdout + stderr).not.toContain('hunter2');
  });

  it('says that it does not work where a sign-in is needed', async () => {
    await using here = await setting('login_required');
    await here.withOurs('setup', 'docker');
    const { stdout } = await here.withOurs('setup', '--json');
    const states: readonly { readonly tool: string }[] = JSON.parse(stdout);
    expect(states.find(({ tool }) => tool === 'docker')).toEqual({
      tool: 'docker',
      title: 'Docker',
      hosts: ['registry.lab.example'],
      accounts: ['lab'],
      state: 'set up',
      works: 'no',
      problems: ['lab needs a sign-in: keytray login lab'],
    });
  });
});

describe('keytray uninstall', () => {
  it('takes every tool back, past one that it cannot, also without a configuration', async () => {
    await using here = await setting();
    await here.write('.docker/config.json', '{"auths":{}}\n');
    await here.write('.npmrc', 'a=b\n');
    for (const tool of ['docker', 'npm', 'terraform', 'aws']) expect((await here.run('setup', tool)).status).toBe(0);
    await here.write('.docker/config.json', '{');
    await writeFile(here.sandbox.configFile, 'accounts: [', { mode: 0o600 });
    const result = await here.run('uninstall');
    expect(result.status).toBe(2);
    expect(result.stderr).toMatch(/^keytray: docker: .*no JSON/);
    expect(await here.read('.npmrc')).toBe('a=b\n');
    for (const gone of ['.aws', '.terraformrc', '.terraform.d']) {
      expect(existsSync(join(here.sandbox.home, gone))).toBe(false);
    }
    await here.write('.docker/config.json', '{"credHelpers":{"registry.lab.example":"keytray"},"auths":{}}\n');
    expect((await here.run('uninstall')).status).toBe(0);
    expect(JSON.parse(await here.read('.docker/config.json'))).toEqual({ auths: {} });
    expect(await here.run('uninstall')).toMatchObject({ status: 0, stdout: 'No tool is set up.\n' });
  });
});
