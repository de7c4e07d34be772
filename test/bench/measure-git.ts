import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../cli/demo/children.ts';
import { program } from '../support/keytray.ts';
import { runToEnd } from '../support/processes.ts';
import { budgets } from './budgets.ts';
import { lab } from './many-accounts.ts';
import type { Row } from './report.ts';
import { medians } from './rounds.ts';
import type { Stopwatch } from './stopwatch.ts';
import type { WarmLab } from './warm-lab.ts';

const question = `protocol=https\nhost=${lab.host}\n`;
const stored = `${question}username=ada\npassword=a-password-of-about-the-same-length-as-a-token\n`;

/** `git credential fill` with each helper warm. Keytray's is configured by its own `setup git`. */
export async function measureGitFill({ keytray }: WarmLab, stopwatch: Stopwatch, rounds: number): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'keytray-bench-git-'));
  const daemonSocket = join(folder, 'daemon', 'socket');
  // git-credential-cache refuses a folder that others may enter.
  await mkdir(join(folder, 'daemon'), { mode: 0o700 });
  const base = { ...keytray.env, HOME: folder };
  const environmentOf = (name: string): NodeJS.ProcessEnv => ({ ...base, GIT_CONFIG_GLOBAL: join(folder, name) });
  const cache = `cache --timeout 3600 --socket ${daemonSocket}`;
  const store = `store --file ${join(folder, 'credentials')}`;
  const helpers = { cache: [cache], store: [store], oauth: [cache, 'oauth'] } as const;
  try {
    for (const [name, lines] of Object.entries(helpers)) {
      await writeFile(join(folder, name), `[credential]\n${lines.map((line) => `\thelper = ${line}\n`).join('')}`);
    }
    const setup = await runToEnd(program('keytray'), ['setup', 'git'], { env: environmentOf('keytray'), cwd: folder });
    if (setup.status !== 0) throw new Error(`setup git ended with ${setup.status}: ${setup.stderr}`);
    for (const name of ['cache', 'store']) await approve(environmentOf(name), folder);

    const contestants = await Promise.all(
      ['keytray', ...Object.keys(helpers)].map(async (name) => ({
        name,
        run: await stopwatch.timer({
          name: `fill-${name}`,
          command: ['git', 'credential', 'fill'],
          env: environmentOf(name),
          input: `${question}\n`,
          expected: /^password=.{20,}$/m,
        }),
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
    // The daemon outlives every git that asks it.
    await run('git', ['credential-cache', `--socket=${daemonSocket}`, 'exit'], { env: base, cwd: folder }).catch(
      () => undefined,
    );
    await rm(folder, { recursive: true, force: true });
  }
}

async function approve(env: NodeJS.ProcessEnv, cwd: string): Promise<void> {
  const { status, stderr } = await runToEnd('git', ['credential', 'approve'], { env, cwd, input: stored });
  if (status !== 0) throw new Error(`git credential approve ended with ${status}: ${stderr}`);
}
