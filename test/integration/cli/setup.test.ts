import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { CliSandbox } from '../../support/cli-process.ts';

const run = promisify(execFile);

const config = `accounts:
  gitlab@work: { service: gitlab, client_id: a, git: [gitlab.com/acme/*] }
  gitlab@home: { service: gitlab, client_id: b, git: [gitlab.com] }
  lab: { service: oidc, issuer: 'http://127.0.0.1:9', client_id: c, git: ['127.0.0.1:8080'] }
`;

const original = '# mine\n[user]\n\tname = Ada\n';

async function withGitConfig() {
  const sandbox = await CliSandbox.create({ config });
  const file = join(sandbox.home, '.gitconfig');
  await writeFile(file, original);
  const get = async (key: string): Promise<string> =>
    (await run('git', ['config', '--global', '--get-all', key], { env: sandbox.env })).stdout;
  return { sandbox, get, text: () => readFile(file, 'utf8') };
}

describe('keytray setup git', () => {
  it('sets git up for every host of every account, and back', async () => {
    const { sandbox, get, text } = await withGitConfig();
    await using _ = sandbox;
    expect((await sandbox.run(['setup', 'git'])).status).toBe(0);
    expect(await get('credential.https://gitlab.com.helper')).toMatch(/\/out\/bin\/git-credential-keytray\n$/);
    expect(await get('credential.https://gitlab.com.useHttpPath')).toBe('true\n');
    expect(await get('credential.http://127.0.0.1:8080.helper')).toContain('git-credential-keytray');
    expect((await sandbox.run(['setup', 'git', '--undo'])).status).toBe(0);
    expect(await text()).toBe(original);
  });

  it.each([
    [['nope'], /^keytray: 'nope' is no tool; choose one of: git, docker, .*\n {2}See: keytray setup --help\n$/],
    [
      ['docker'],
      /^keytray: no account serves docker\n {2}Write docker: \[HOST\] below an account in \/.*config\.yaml, or: keytray accounts add SERVICE --docker HOST\n$/,
    ],
    [['git', '--json'], /^keytray: --json is for the list of all tools\n {2}Run: keytray setup --json\n$/],
  ])('%j is wrong usage, in two lines', async (args, said) => {
    await using sandbox = await CliSandbox.create({ config });
    expect(await sandbox.run(['setup', ...args])).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(said),
    });
  });

  it('--dry-run shows the difference and changes nothing', async () => {
    const { sandbox, text } = await withGitConfig();
    await using _ = sandbox;
    const result = await sandbox.run(['setup', 'git', '--dry-run']);
    expect(result.status).toBe(0);
    expect(result.stdout).toMatch(/^\+.*git-credential-keytray/m);
    expect(await text()).toBe(original);
  });

  it('lists the tools and whether they are set up', async () => {
    const { sandbox } = await withGitConfig();
    await using _ = sandbox;
    const listed = async () => JSON.parse((await sandbox.run(['setup', '--json'])).stdout)[0];
    const git = {
      tool: 'git',
      title: 'git',
      hosts: ['gitlab.com/acme/*', 'gitlab.com', '127.0.0.1:8080'],
      accounts: ['gitlab@work', 'gitlab@home', 'lab'],
      problems: [],
    };
    expect(await listed()).toEqual({ ...git, state: 'not set up' });
    await sandbox.run(['setup', 'git']);
    expect(await listed()).toEqual({ ...git, state: 'set up', works: 'not checked' });
    const { stdout } = await sandbox.run(['setup']);
    expect(stdout).toMatch(/^git +set up +not checked +gitlab\S+ .*keytray setup git --undo$/m);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('says so where git is not there', async () => {
    const { sandbox } = await withGitConfig();
    await using _ = sandbox;
    const env = { PATH: '/nonexistent' };
    const [git] = JSON.parse((await sandbox.run(['setup', '--json'], { env })).stdout);
    expect(git).toMatchObject({ tool: 'git', state: 'not found' });
    expect((await sandbox.run(['setup', 'git'], { env })).stderr).toMatch(/^keytray: .*git.*\n {2}.+\n$/);
  });

  it('wants an account that serves git', async () => {
    await using sandbox = await CliSandbox.create();
    const result = await sandbox.run(['setup', 'git']);
    expect(result.status).toBe(2);
    expect(result.stderr).toContain('--git HOST');
  });
});

it('keytray uninstall undoes every setup', async () => {
  const { sandbox, text } = await withGitConfig();
  await using _ = sandbox;
  await sandbox.run(['setup', 'git']);
  expect(await text()).not.toBe(original);
  expect((await sandbox.run(['uninstall'])).status).toBe(0);
  expect(await text()).toBe(original);
});
