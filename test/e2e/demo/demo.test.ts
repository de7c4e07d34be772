import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const keytray = join(import.meta.dirname, '../../../out/bin/keytray');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keytray-demo-test-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Demo {
  readonly child: ChildProcess;
  output(): { readonly stdout: string; readonly stderr: string };
  /** Resolves when standard output holds `text`. */
  says(text: string): Promise<void>;
  readonly ended: Promise<number | null>;
}

/** The real command, with a temporary folder of its own that shows what it leaves behind. */
function startDemo(browser: string, environment: NodeJS.ProcessEnv = {}): Demo {
  const env = { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, ...environment };
  const child = spawn(keytray, ['demo', `--browser=${browser}`], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(() => child.exitCode);
  return {
    child,
    ended,
    output: () => ({ stdout, stderr }),
    async says(text) {
      while (!stdout.includes(text)) {
        const more = once(child.stdout, 'data').then(() => true);
        if ((await Promise.race([more, ended])) !== true) throw new Error(`it ended without "${text}": ${stderr}`);
      }
    },
  };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // The process has ended meanwhile.
    return '';
  }
}

/** Processes that were started with our temporary folder and still run. */
function leftRunning(): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && read(`/proc/${name}/environ`).includes(folder))
    .map((pid) => `${pid}: ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`);
}

function steps(stdout: string): readonly string[] {
  return stdout.split('\n').filter((line) => line.startsWith('✓'));
}

describe.each([
  { browser: 'chromium', title: 'in Chromium as ada' },
  { browser: 'built-in', title: 'with the built-in user agent, not a browser, as ada' },
])('the demo with --browser=$browser', ({ browser, title }) => {
  it('proves every step, ends well and leaves nothing behind', async () => {
    const demo = startDemo(browser);
    const status = await demo.ended;
    const { stdout, stderr } = demo.output();
    expect(stderr).toBe('');
    expect(steps(stdout)).toEqual([
      expect.stringMatching(/^✓ 1\/9 Started an authorization server and a git server/),
      expect.stringMatching(/^✓ 2\/9 Started the broker \(keytray agent, process \d+\)/),
      `✓ 3/9 Signed in through PKCE ${title}`,
      expect.stringMatching(/^✓ 4\/9 git clone: refused without a token, served with/),
      expect.stringMatching(/^✓ 5\/9 git fetch after the token had run out: one refresh, no new sign-in$/),
      expect.stringMatching(/^✓ 6\/9 git push: the commit arrived$/),
      expect.stringMatching(
        /^✓ 7\/9 A second account with a client secret, without a browser: one token for two calls$/,
      ),
      expect.stringMatching(/^✓ 8\/9 keytray logout: the server has revoked the tokens$/),
      expect.stringMatching(/^✓ 9\/9 Ended the broker and both servers/),
    ]);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(`demo: ok browser=${browser}`);
    expect(status).toBe(0);
    expect(readdirSync(folder).filter((name) => name.startsWith('keytray-'))).toEqual([]);
    expect(leftRunning()).toEqual([]);
  });
});

describe('the demo', () => {
  it.each([
    { signal: 'SIGINT', at: '✓ 2/9' },
    { signal: 'SIGTERM', at: '✓ 4/9' },
  ] as const)('cleans up after $signal', async ({ signal, at }) => {
    const demo = startDemo('built-in');
    await demo.says(at);
    demo.child.kill(signal);
    expect(await demo.ended).toBe(130);
    expect(demo.output().stdout).not.toContain('demo: ok');
    expect(readdirSync(folder)).toEqual([]);
    expect(leftRunning()).toEqual([]);
  });

  it('fails, and cleans up, where git is missing', async () => {
    const demo = startDemo('built-in', { PATH: folder });
    expect(await demo.ended).toBe(1);
    expect(demo.output().stderr).toContain('git');
    expect(demo.output().stdout).toContain('demo: failed browser=built-in');
    expect(readdirSync(folder)).toEqual([]);
    expect(leftRunning()).toEqual([]);
  });

  it('does not take another browser for the one asked for', async () => {
    const demo = startDemo('system');
    expect(await demo.ended).toBe(2);
    expect(demo.output().stderr).toContain('there is no display');
  });
});
