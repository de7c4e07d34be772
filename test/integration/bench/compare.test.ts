import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { compareOn } from '../../bench/compare/compare.ts';
import { rowIds } from '../../bench/compare/rows.ts';
import { runToEnd } from '../../support/processes.ts';

/** Builds a product that is nothing but the number in `speed`. */
const bundle = `
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
const speed = readFileSync('speed', 'utf8');
if (speed === 'broken') throw new Error('does not build');
mkdirSync('out/bin', { recursive: true });
writeFileSync('out/bin/keytray', speed, { mode: 0o755 });
`;

/** Measures every row as 100, and a token as the product's number. */
const measuring = `
import { readFileSync } from 'node:fs';
const [there] = process.argv.slice(2);
const of = (root) => ({ ...${JSON.stringify(Object.fromEntries(rowIds.map((id) => [id, 100])))},
  token: Number(readFileSync(root + '/out/bin/keytray', 'utf8')) });
console.log(JSON.stringify({ figures: { here: of('.'), there: of(there), peer: {} }, missing: [], problems: [] }));
`;

/** Never ends, and has started a shell that does not even when it is asked. */
const hanging = `
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
const { pid } = spawn('sh', ['-c', "trap '' TERM; sleep 600"]);
writeFileSync(process.argv[1] + '.pids', process.pid + ' ' + pid + '\\n');
setInterval(() => undefined, 1000);
`;

let folder: string;
let checkout: string;
let runProgram: string;

const git = async (...args: readonly string[]): Promise<string> => {
  const identity = ['-c', 'user.name=ada', '-c', 'user.email=ada@lab.example'];
  const { status, stdout, stderr } = await runToEnd('git', [...identity, ...args], { env: process.env, cwd: checkout });
  if (status !== 0) throw new Error(stderr);
  return stdout;
};

async function commit(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(checkout, name), text);
  await git('add', '-A');
  await git('commit', '-qm', 'change');
}

const lock = (version: string): string =>
  JSON.stringify({ name: 'tiny', version, lockfileVersion: 3, packages: { '': { name: 'tiny', version } } });
const manifest = (version: string): string => JSON.stringify({ name: 'tiny', version, type: 'module' });

async function compareWith(revision: string, signal = new AbortController().signal) {
  const said: string[] = [];
  const json = join(folder, 'results.json');
  const wish = { revision, json, quick: true, say: (line: string) => void said.push(line) };
  return { status: await compareOn({ checkout, runProgram }, wish, signal), text: said.join('\n'), json };
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Nothing is left of the other revision. */
async function expectCleanedUp(): Promise<void> {
  expect((await git('worktree', 'list')).trimEnd().split('\n')).toHaveLength(1);
  expect(await readdir(join(folder, 'tmp'))).toEqual([]);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keytray-compare-test-'));
  checkout = join(folder, 'checkout');
  runProgram = join(folder, 'run.mjs');
  await mkdir(join(folder, 'tmp'));
  await mkdir(join(checkout, 'build'), { recursive: true });
  await mkdir(join(checkout, 'node_modules/neighbour'), { recursive: true });
  await writeFile(join(checkout, 'node_modules/neighbour/index.js'), '');
  vi.stubEnv('TMPDIR', join(folder, 'tmp'));
  await git('init', '-q');
  const files = { 'package.json': manifest('1.0.0'), 'package-lock.json': lock('1.0.0'), 'build/bundle.ts': bundle };
  await commit({ ...files, '.gitignore': 'node_modules\nout\n', speed: '100' });
  await writeFile(runProgram, measuring);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

describe('a comparison', () => {
  it('builds both revisions, ends with 1 where this one is worse, and saves what it found', async () => {
    await commit({ speed: '120' });
    const { status, text, json } = await compareWith('HEAD~1');
    expect(text).toContain('worse: token');
    expect(status).toBe(1);
    expect(text).toContain('packages linked');
    const saved = JSON.parse(await readFile(json, 'utf8'));
    const token = saved.rows.find(({ id }: { id: string }) => id === 'token');
    expect(token).toMatchObject({
      here: { runs: [120, 120, 120, 120, 120] },
      there: { runs: [100, 100, 100, 100, 100] },
      verdict: { kind: 'worse' },
    });
    await expectCleanedUp();
  });

  it('ends with 0 where nothing is worse, here with packages of its own for another lock file', async () => {
    await commit({ speed: '80', 'package.json': manifest('2.0.0'), 'package-lock.json': lock('2.0.0') });
    const { status, text } = await compareWith('HEAD~1');
    expect(text).toContain('better: token');
    expect(text).toContain('no row is worse');
    expect(text).toContain('packages installed');
    expect(status).toBe(0);
    await expectCleanedUp();
  });

  it('leaves the packages that both share as they are', async () => {
    await compareWith('HEAD');
    expect(existsSync(join(checkout, 'node_modules/neighbour/index.js'))).toBe(true);
  });

  it('cannot begin with a revision that does not exist, or a file that cannot be written', async () => {
    const { status, text } = await compareWith('no-such-branch');
    expect(status).toBe(2);
    expect(text).toContain('no-such-branch is not a revision');
    const wish = { revision: 'HEAD', json: join(folder, 'absent/results.json'), quick: true, say: () => undefined };
    expect(await compareOn({ checkout, runProgram }, wish, new AbortController().signal)).toBe(2);
    await expectCleanedUp();
  });

  it('cleans up after a revision that does not build', async () => {
    await commit({ speed: 'broken' });
    await commit({ speed: '100' });
    await expect(compareWith('HEAD~1')).rejects.toThrow('does not build');
    await expectCleanedUp();
  });

  it('ends everything it started and cleans up when it is interrupted', async () => {
    await writeFile(runProgram, hanging);
    const stopping = new AbortController();
    const pids = `${runProgram}.pids`;
    const compared = compareWith('HEAD', stopping.signal);
    const ended = expect(compared).rejects.toThrow('stopped');
    await vi.waitUntil(() => existsSync(pids) && readFileSync(pids, 'utf8').endsWith('\n'), { timeout: 60_000 });
    stopping.abort(new Error('stopped'));
    await ended;
    for (const pid of (await readFile(pids, 'utf8')).trim().split(' ')) {
      await vi.waitUntil(() => !isThere(Number(pid)), { timeout: 60_000 });
    }
    await expectCleanedUp();
  });
});
