import { join } from 'node:path';
import { program, repository } from '../support/keytray.ts';
import { budgets } from './budgets.ts';
import { lab } from './many-accounts.ts';
import type { Row } from './report.ts';
import { medians } from './rounds.ts';
import type { Stopwatch } from './stopwatch.ts';
import type { WarmLab } from './warm-lab.ts';

/** One token from a process of its own, as every tool that calls a helper pays for it. */
export async function measureHelper({ keytray, peer }: WarmLab, stopwatch: Stopwatch, rounds: number): Promise<Row[]> {
  const question = { env: keytray.env, input: `protocol=https\nhost=${lab.host}\n`, expected: /^password=.{20,}$/m };
  const contestant = async (name: string, timed: Omit<Parameters<Stopwatch['timer']>[0], 'name'>) => ({
    name,
    run: await stopwatch.timer({ name, ...timed }),
  });
  const medianOf = await medians(
    [
      await contestant('keytray', {
        ...question,
        command: [program('git-credential-keytray'), 'get'],
      }),
      await contestant('twin', {
        ...question,
        command: [process.execPath, join(repository, 'out/lib/client.js'), 'git-credential-keytray', 'get'],
      }),
      await contestant('oidc-token', {
        command: ['oidc-token', lab.account],
        env: peer.env,
        input: '',
        expected: /^.{20,}\n$/,
      }),
      await contestant('empty', { command: [stopwatch.emptyProgram], env: {}, input: '', expected: undefined }),
    ],
    rounds,
  );
  const ours = medianOf('keytray');
  return [
    {
      what: 'one token, whole helper process',
      unit: 'ms',
      ours,
      peer: { name: 'oidc-token', value: medianOf('oidc-token') },
      budget: budgets.helper,
    },
    {
      what: '  the same beside the floor',
      unit: 'ms',
      ours,
      peer: { name: 'empty C program', value: medianOf('empty') },
    },
    {
      what: '  the same beside the client on Node',
      unit: 'ms',
      ours,
      peer: { name: 'Node twin', value: medianOf('twin') },
    },
  ];
}
