import { execFile } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileNative, findCompiler } from '../../../build/native-client.ts';
import { placePrograms } from '../../../build/place-programs.ts';
import { helperPrograms } from '../../../client/programs.ts';
import { expectPassedOn, writeTellingNode } from '../../support/passed-on.ts';

const run = promisify(execFile);

let folder: string;

beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'keytray-build-')), `it's a "folder" with $odd \`names\``);
  await mkdir(folder);
});

afterAll(async () => {
  await rm(join(folder, '..'), { recursive: true, force: true });
});

/** Each program tells its name, its arguments and the options Node got from the environment. */
const program = (name: string) =>
  `process.stdout.write(JSON.stringify(['${name}', ...process.argv.slice(2), process.env.NODE_OPTIONS ?? 'no options']));`;

async function place(home: string): Promise<string | undefined> {
  await mkdir(join(home, 'lib'), { recursive: true });
  for (const name of ['cli', 'agent', 'client']) await writeFile(join(home, `lib/${name}.js`), program(name));
  return await placePrograms(home, { node: process.execPath, lib: join(home, 'lib') });
}

async function launch(file: string, ...args: string[]): Promise<unknown> {
  const env = { PATH: '/usr/bin:/bin', NODE_OPTIONS: '--no-warnings', KEYTRAY_SOCKET: '/nonexistent/socket' };
  const { stdout } = await run(file, args, { cwd: '/', env });
  return JSON.parse(stdout);
}

describe('the native client', () => {
  let home: string;

  beforeAll(async () => {
    const built = join(folder, 'built');
    expect(await place(built)).toBeUndefined();
    home = join(folder, 'moved');
    await rename(built, home);
  });

  it.each([
    ['gcc', ['-O2']],
    ['gcc', ['-O0', '-D_FORTIFY_SOURCE=0']],
    ['clang', ['-O2']],
  ])('is C11 that %s has nothing to say about (%j)', async (compiler, flags) => {
    expect(await findCompiler([compiler])).toBe(compiler);
    await compileNative(join(folder, 'client'), { compiler, flags });
  });

  it('lies under every name, by links that lead nowhere else', async () => {
    for (const [name, { folder: place }] of helperPrograms) {
      expect((await lstat(join(home, place, name))).isSymbolicLink()).toBe(true);
    }
    const names = [...(await readdir(join(home, 'bin'))), ...(await readdir(join(home, 'libexec')))];
    expect(names.toSorted()).toEqual(['keytray', ...helperPrograms.keys()].toSorted());
  });

  it('starts the program a command belongs to, wherever it is moved and linked to', async () => {
    const keytray = join(folder, 'somewhere');
    await symlink(join(home, 'bin/keytray'), keytray);
    expect(await launch(keytray)).toEqual(['cli', 'no options']);
    expect(await launch(keytray, 'login', 'a b', '')).toEqual(['cli', 'login', 'a b', '', 'no options']);
    expect(await launch(keytray, 'token', 'lab')).toEqual(['cli', 'token', 'lab', 'no options']);
    expect(await launch(keytray, 'agent')).toEqual(['agent', 'no options']);
    expect(await launch(keytray, 'agent', '--help')).toEqual(['cli', 'agent', '--help', 'no options']);
    expect(await launch(keytray, 'helper', '--help')).toEqual(['cli', 'helper', '--help', 'no options']);
    expect(await launch(keytray, 'helper')).toEqual(['cli', 'helper', 'no options']);
  });

  it('finds a Node that lies beside it', async () => {
    await symlink(process.execPath, join(home, 'node'));
    await writeFile(join(home, 'lib/node'), '../node\n');
    expect(await launch(join(home, 'bin/keytray'), 'status')).toEqual(['cli', 'status', 'no options']);
  });

  it('hands an open descriptor to the agent, and only such a one', async () => {
    const keytray = join(home, 'bin/keytray');
    const words = async (redirection: string, ...args: string[]) =>
      await launch('/bin/bash', '-c', `"$0" agent "$@" ${redirection}`, keytray, ...args);
    const agent = (descriptor: string) => ['agent', '--passphrase-fd', descriptor, 'no options'];
    expect(await words('3</dev/null', '--passphrase-fd', '3')).toEqual(agent('3'));
    expect(await words('3</dev/null', '--passphrase-fd=3')).toEqual(agent('3'));
    expect(await words('0</dev/null', '--passphrase-fd', '0')).toEqual(agent('0'));
    expect(await words('23</dev/null', '--passphrase-fd', '23')).toEqual(agent('23'));
    for (const args of [['7'], ['1'], ['2'], ['-1'], ['x'], [''], ['99999999999999999999'], ['3', 'more'], []]) {
      const all = ['--passphrase-fd', ...args];
      expect(await words('3</dev/null', ...all)).toEqual(['cli', 'agent', ...all, 'no options']);
    }
  });

  it('passes on what it keeps from Node, whatever it holds', async () => {
    await writeTellingNode(join(home, 'tell'));
    await writeFile(join(home, 'lib/node'), '../tell\n');
    for (const args of [['status'], ['agent'], ['token', 'lab']]) await expectPassedOn(join(home, 'bin/keytray'), args);
  });

  it('says so where its parts are missing', async () => {
    await rm(join(home, 'lib/node'));
    await expect(run(join(home, 'bin/keytray'), ['status'])).rejects.toMatchObject({
      code: 1,
      stderr: 'keytray: the command line is not there; build Keytray again\n',
    });
  });
});

it('without a C compiler there are launchers of the twin under the same names', async () => {
  const home = join(folder, 'without');
  const path = process.env.PATH;
  process.env.PATH = '/nonexistent';
  try {
    expect(await place(home)).toBe('there is no C compiler');
  } finally {
    process.env.PATH = path;
  }
  const names = [...(await readdir(join(home, 'bin'))), ...(await readdir(join(home, 'libexec')))];
  expect(names.toSorted()).toEqual(['keytray', ...helperPrograms.keys()].toSorted());
  expect(await launch(join(home, 'libexec/keyring'), 'get', 'x')).toEqual([
    'client',
    'keyring',
    'get',
    'x',
    'no options',
  ]);
});
