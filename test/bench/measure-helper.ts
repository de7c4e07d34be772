import { join } from 'node:path';
import { budgets } from './budgets.ts';
import { lab } from './many-accounts.ts';
import { type Product, thisCheckout } from './product.ts';
import type { Row } from './report.ts';
import { medians } from './rounds.ts';
import type { Stopwatch, Timed } from './stopwatch.ts';
import type { WarmLab } from './warm-lab.ts';

const byName = { input: '', expected: /^.{20,}\n$/ };
const byHost = { input: `protocol=https\nhost=${lab.host}\n`, expected: /^password=.{20,}$/m };

type Call = Omit<Timed, 'name'>;

/** The ways to ask a product for a token. */
export function callsOf({ program, root }: Product, env: NodeJS.ProcessEnv) {
  return {
    token: { ...byName, env, command: [program('keytray'), 'token', lab.account] },
    helper: { ...byHost, env, command: [program('git-credential-keytray'), 'get'] },
    twin: {
      ...byHost,
      env,
      command: [process.execPath, join(root, 'out/lib/client.js'), 'git-credential-keytray', 'get'],
    },
  } as const satisfies Readonly<Record<string, Call>>;
}

/** The peer's way. */
export function callOfPeer(env: NodeJS.ProcessEnv): Call {
  return { ...byName, env, command: ['oidc-token', lab.account] };
}

/**
 * One token from a process of its own, as every tool that calls a helper pays for it: asked for as `oidc-token` is, by
 * the name of an account, and in git's protocol, where the host has to be found first.
 */
export async function measureHelper({ keytray, peer }: WarmLab, stopwatch: Stopwatch, rounds: number): Promise<Row[]> {
  const calls = callsOf(thisCheckout, keytray.env);
  const contestant = async (name: string, timed: Call) => ({
    name,
    run: await stopwatch.timer({ name, ...timed }),
  });
  const medianOf = await medians(
    [
      await contestant('token', calls.token),
      await contestant('helper', calls.helper),
      await contestant('twin', calls.twin),
      await contestant('oidc-token', callOfPeer(peer.env)),
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
