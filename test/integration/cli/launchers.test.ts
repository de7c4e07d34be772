import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeLaunchers } from '../../../build/launchers.ts';
import { expectPassedOn, writeTellingNode } from '../../support/passed-on.ts';

const run = promisify(execFile);

let folder: string;
let bin: string;

/** Each program tells its name, its arguments and the options Node got from the environment. */
const program = (name: string) =>
  `process.stdout.write(JSON.stringify(['${name}', ...process.argv.slice(2), process.env.NODE_OPTIONS ?? 'no options']));`;

beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'keytray-launchers-')), `it's a "folder" with $odd \`names\``);
  bin = join(folder, 'bin');
  const lib = join(folder, 'lib');
  await mkdir(bin, { recursive: true });
  await mkdir(lib);
  for (const name of ['cli', 'agent', 'client']) await writeFile(join(lib, `${name}.js`), program(name));
  await writeLaunchers(bin, { node: process.execPath, lib });
});

afterAll(async () => {
  await rm(join(folder, '..'), { recursive: true, force: true });
});

async function launch(file: string, ...args: string[]): Promise<unknown> {
  const env = { PATH: '/usr/bin:/bin', NODE_OPTIONS: '--no-warnings' };
  const { stdout } = await run(file, args, { cwd: '/', env });
  return JSON.parse(stdout);
}

describe('launchers', () => {
  it('are programs of mode 0755', async () => {
    for (const name of ['keytray', 'git-credential-keytray']) {
      expect((await stat(join(bin, name))).mode & 0o777).toBe(0o755);
    }
  });

  it('start the program a command belongs to', async () => {
    const keytray = join(bin, 'keytray');
    expect(await launch(keytray)).toEqual(['cli', 'no options']);
    expect(await launch(keytray, 'token', 'a b', '')).toEqual(['cli', 'token', 'a b', '', 'no options']);
    expect(await launch(keytray, 'agent')).toEqual(['agent', 'no options']);
    expect(await launch(keytray, 'agent', '--help')).toEqual(['cli', 'agent', '--help', 'no options']);
    expect(await launch(keytray, 'helper', '--help')).toEqual(['cli', 'helper', '--help', 'no options']);
    expect(await launch(keytray, 'helper')).toEqual(['cli', 'helper', 'no options']);
  });

  it('hand an open descriptor to the agent, and only such a one', async () => {
    const keytray = join(bin, 'keytray');
    const words = async (redirection: string, ...args: string[]) =>
      await launch('/bin/bash', '-c', `"$0" agent "$@" ${redirection}`, keytray, ...args);
    const agent = (descriptor: string) => ['agent', '--passphrase-fd', descriptor, 'no options'];
    expect(await words('3</dev/null', '--passphrase-fd', '3')).toEqual(agent('3'));
    expect(await words('3</dev/null', '--passphrase-fd=3')).toEqual(agent('3'));
    expect(await words('0</dev/null', '--passphrase-fd', '0')).toEqual(agent('0'));
    expect(await words('23</dev/null', '--passphrase-fd', '23')).toEqual(agent('23'));
    for (const args of [['7'], ['1'], ['2'], ['-1'], ['x'], [''], ['3', 'more'], []]) {
      const all = ['--passphrase-fd', ...args];
      expect(await words('3</dev/null', ...all)).toEqual(['cli', 'agent', ...all, 'no options']);
    }
  });

  it('keep options for other people’s scripts away from every program of ours', async () => {
    const helper = join(bin, 'git-credential-keytray');
    expect(await launch(helper, 'get')).toEqual(['client', 'git-credential-keytray', 'get', 'no options']);
    const keytray = join(bin, 'keytray');
    expect(await launch(keytray, 'helper', 'git', 'get')).toEqual([
      'client',
      'keytray',
      'helper',
      'git',
      'get',
      'no options',
    ]);
  });

  it('pass on what they keep from Node, whatever it holds', async () => {
    const told = join(folder, 'told');
    await mkdir(told);
    await writeTellingNode(join(told, 'node'));
    await writeLaunchers(told, { node: join(told, 'node'), lib: join(folder, 'lib') });
    for (const args of [['status'], ['agent'], ['helper', 'git', 'get']]) {
      await expectPassedOn(join(told, 'keytray'), args);
    }
    await expectPassedOn(join(told, 'git-credential-keytray'), ['get']);
  });

  it('work through a symbolic link', async () => {
    const link = join(folder, 'link');
    await symlink(join(bin, 'git-credential-keytray'), link);
    expect(await launch(link, 'erase')).toEqual(['client', 'git-credential-keytray', 'erase', 'no options']);
  });
});
