import { join } from 'node:path';
import { program, repository } from '../support/keytray.ts';
import { budgets } from './budgets.ts';
import { lab } from './many-accounts.ts';
import type { Row } from './report.ts';
import { medians } from './rounds.ts';
import type { Stopwatch } from './stopwatch.ts';
import type { WarmLab } from './warm-lab.ts';

/**
 * One token from a process of its own, as every tool that calls a helper pays for it: asked for as `oidc-token` is, by
 * the name of an account, and in git's protocol, where the host has to be found first.
 */
export async function measureHelper({ keytray, peer }: WarmLab, stopwatch: Stopwatch, rounds: number): Promise<Row[]> {
  const byName = { input: '', expected: /^.{20,}\n$/ };
  const byHost = { env: keytray.env, input: `protocol=https\nhost=${lab.host}\n`, expected: /^password=.{20,}$/m };
  const contestant = async (name: string, timed: Omit<Parameters<Stopwatch['timer']>[0], 'name'>) => ({
    name,
    run: await stopwatch.timer({ name, ...timed }),
  });
  const medianOf = await medians(
    [
      await contestant('token', { ...byName, env: keytray.env, command: [program('keytray'), 'token', lab.account] }),
      await contestant('helper', { ...byHost, command: [program('git-credential-keytray'), 'get'] }),
      await contestant('twin', {
        ...byHost,
        command: [process.execPath, join(repository, 'out/lib/client.js'), 'git-credential-keytray', 'get'],
      }),
      await contestant('oidc-token', { ...byName, env: peer.env, command: ['oidc-token', lab.account] }),
      await contestant('empty', { command: [stopwatch.emptyProgram], env: {}, input: '', expected: undefined }),
    ],
    rounds,
  );
  const row = (what: string, ours: string, peer: string, name: string): Row => ({
    what,
    unit: 'ms',
    ours: medianOf(ours),
    peer: { name, value: medianOf(peer) },
  });
  return [
    { ...row('one token by name, whole process', 'token', 'oidc-token', 'oidc-token'), budget: budgets.helper },
    row('  the same beside the floor', 'token', 'empty', 'empty C program'),
    row("one token in git's protocol, whole process", 'helper', 'oidc-token', 'oidc-token, by name'),
    row('  the same beside the client on Node', 'helper', 'twin', 'Node twin'),
  ];
}
