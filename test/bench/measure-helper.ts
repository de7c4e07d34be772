import { program } from '../support/keytray.ts';
import { budgets } from './budgets.ts';
import { lab } from './many-accounts.ts';
import type { Row } from './report.ts';
import { medians } from './rounds.ts';
import type { Stopwatch } from './stopwatch.ts';
import type { WarmLab } from './warm-lab.ts';

const awaits = 'native client';

/** One token from a process of its own, as every tool that calls a helper pays for it. */
export async function measureHelper({ keytray, peer }: WarmLab, stopwatch: Stopwatch, rounds: number): Promise<Row[]> {
  const contestant = async (name: string, timed: Omit<Parameters<Stopwatch['timer']>[0], 'name'>) => ({
    name,
    run: await stopwatch.timer({ name, ...timed }),
  });
  const medianOf = await medians(
    [
      await contestant('keytray', {
        command: [program('git-credential-keytray'), 'get'],
        env: keytray.env,
        input: `protocol=https\nhost=${lab.host}\n`,
        expected: /^password=.{20,}$/m,
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
      awaits,
    },
    {
      what: '  the same beside the floor',
      unit: 'ms',
      ours,
      peer: { name: 'empty C program', value: medianOf('empty') },
    },
  ];
}
