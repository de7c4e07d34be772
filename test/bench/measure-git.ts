import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../demo/children.ts';
import { runToEnd } from '../support/processes.ts';
import { budgets } from './budgets.ts';
import { lab } from './many-accounts.ts';
import { type Product, thisCheckout } from './product.ts';
import type { Row } from './report.ts';
import { medians } from './rounds.ts';
import type { Stopwatch, Timed } from './stopwatch.ts';
import type { WarmLab } from './warm-lab.ts';

const question = `protocol=https\nhost=${lab.host}\n`;
const stored = `${question}username=ada\npassword=a-password-of-about-the-same-length-as-a-token\n`;

/** `git credential fill` with what the configuration in `env` names. */
export function fillWith(name: string, env: NodeJS.ProcessEnv): Timed {
  return {
    name: `fill-${name}`,
    command: ['git', 'credential', 'fill'],
    env,
    input: `${question}\n`,
    expected: /^password=.{20,}$/m,
  };
}

/** As `keytray setup git` configures it. */
export async function setUpGit({ program }: Product, env: NodeJS.ProcessEnv, cwd: string): Promise<void> {
  const { status, stderr } = await runToEnd(program('keytray'), ['setup', 'git'], { env, cwd });
  if (status !== 0) throw new Error(`setup git ended with ${status}: ${stderr}`);
}

export interface CredentialCache {
  /** What git is told as `helper`. */
  readonly helper: string;
  close(): Promise<void>;
}

/** git's own daemon, not yet filled. */
export async function openCredentialCache(folder: string, env: NodeJS.ProcessEnv): Promise<CredentialCache> {
  const socket = join(folder, 'daemon', 'socket');
  // git-credential-cache refuses a folder that others may enter.
  await mkdir(join(folder, 'daemon'), { mode: 0o700 });
  return {
    helper: `cache --timeout 3600 --socket ${socket}`,
    // The daemon outlives every git that asks it.
    close: () =>
      run('git', ['credential-cache', `--socket=${socket}`, 'exit'], { env, cwd: folder }).then(
        () => undefined,
        () => undefined,
      ),
  };
}

export function gitConfig(helpers: readonly string[]): string {
  return `[credential]\n${helpers.map((helper) => `\thelper = ${helper}\n`).join('')}`;
}

/** `git credential fill` with each helper warm. Keytray's is configured by its own `setup git`. */
export async function measureGitFill({ keytray }: WarmLab, stopwatch: Stopwatch, rounds: number): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'keytray-bench-git-'));
  const base = { ...keytray.env, HOME: folder };
  const environmentOf = (name: string): NodeJS.ProcessEnv => ({ ...base, GIT_CONFIG_GLOBAL: join(folder, name) });
  const cache = await openCredentialCache(folder, base);
  const store = `store --file ${join(folder, 'credentials')}`;
  const helpers = { cache: [cache.helper], store: [store], oauth: [cache.helper, 'oauth'] } as const;
  try {
    for (const [name, lines] of Object.entries(helpers)) await writeFile(join(folder, name), gitConfig(lines));
    await setUpGit(thisCheckout, environmentOf('keytray'), folder);
    for (const name of ['cache', 'store']) await approve(environmentOf(name), folder);

    const contestants = await Promise.all(
      ['keytray', ...Object.keys(helpers)].map(async (name) => ({
        name,
        run: await stopwatch.timer(fillWith(name, environmentOf(name))),
      })),
    );
    const medianOf = await medians(contestants, rounds);
    const row = (what: string, peer: string, name: string): Row => ({
      what,
      unit: 'ms',
      ours: medianOf('keytray'),
      peer: { name: peer, value: medianOf(name) },
    });
    return [
      {
        ...row('git credential fill', 'git-credential-cache', 'cache'),
        budget: budgets.gitFill,
      },
      row('  the same', 'git-credential-store', 'store'),
      row('  the same', 'cache, then git-credential-oauth', 'oauth'),
    ];
  } finally {
    await cache.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Fills what `env` configures. */
export async function approve(env: NodeJS.ProcessEnv, cwd: string): Promise<void> {
  const { status, stderr } = await runToEnd('git', ['credential', 'approve'], { env, cwd, input: stored });
  if (status !== 0) throw new Error(`git credential approve ended with ${status}: ${stderr}`);
}
