import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { approve, fillWith, gitConfig, openCredentialCache, setUpGit } from '../measure-git.ts';
import { callOfPeer, callsOf } from '../measure-helper.ts';
import type { OidcAgent } from '../oidc-agent.ts';
import { cpuOfTree } from '../process-cpu.ts';
import type { Stopwatch, Timed } from '../stopwatch.ts';
import type { SignedIn } from '../warm-lab.ts';
import type { Ready, Run } from './contenders.ts';
import type { Entry } from './figures.ts';
import { type Entrant, race } from './race.ts';
import type { RowId } from './rows.ts';

/** The calls that a tool waits for. The two rows of each are the time it took and the CPU time. */
const calls = {
  token: ['token', 'tokenCpu'],
  helper: ['helper', 'helperCpu'],
  twin: ['twin', 'twinCpu'],
  gitFill: ['gitFill', 'gitFillCpu'],
} as const satisfies Readonly<Record<string, readonly [RowId, RowId]>>;

export const callRows: readonly RowId[] = [...Object.values(calls).flat(), 'callCpu'];

interface CallSide {
  readonly entrants: readonly Entrant[];
  /** Notes what the broker has used since the entrants were made. */
  noteBroker(): void;
}

/** Whole processes, timed from outside. Each call of one side is followed by the same of the other. */
export async function measureCalls(
  run: Run,
  ready: readonly Ready<SignedIn>[],
  peer: OidcAgent,
  stopwatch: Stopwatch,
  rounds: number,
): Promise<void> {
  const folder = await run.folder('git-peer');
  const peerEnv = { ...process.env, HOME: folder, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: join(folder, 'config') };
  const cache = await openCredentialCache(folder, peerEnv);
  try {
    await writeFile(peerEnv.GIT_CONFIG_GLOBAL, gitConfig([cache.helper]));
    await approve(peerEnv, folder);
    const peers = [
      await entrantOf('peer', calls.token, stopwatch, { name: 'oidc-token', ...callOfPeer(peer.env) }),
      await entrantOf('peer', calls.gitFill, stopwatch, fillWith('cache', peerEnv)),
    ];
    const sides: CallSide[] = [];
    for (const one of ready) {
      try {
        sides.push(await sideOf(run, one, stopwatch));
      } catch (error) {
        run.book.miss(one.side, callRows, error);
      }
    }
    await race(inTurns([...sides.map(({ entrants }) => entrants), peers]), rounds, run.book);
    for (const side of sides) side.noteBroker();
    // Asked by name, as `oidc-token` always is.
    const { token, tokenCpu } = run.book.report().figures.peer;
    if (token !== undefined) run.book.note('peer', 'helper', token);
    if (tokenCpu !== undefined) run.book.note('peer', 'helperCpu', tokenCpu);
  } finally {
    await cache.close();
  }
}

async function sideOf(run: Run, { side, product, lab }: Ready<SignedIn>, stopwatch: Stopwatch): Promise<CallSide> {
  const folder = await run.folder(`git-${side}`);
  const { keytray, keytrayPid } = lab;
  const gitEnv = { ...keytray.env, HOME: folder, GIT_CONFIG_GLOBAL: join(folder, 'config') };
  await setUpGit(product, gitEnv, folder);
  const asked = callsOf(product, keytray.env);
  const timed = [
    ...(['token', 'helper', 'twin'] as const).map(
      (call) => [call, { name: `${call}-${side}`, ...asked[call] }] as const,
    ),
    ['gitFill', fillWith(side, gitEnv)] as const,
  ];
  let answered = 0;
  const counted = (entrant: Entrant): Entrant => ({
    ...entrant,
    async run() {
      const figures = await entrant.run();
      answered += 1;
      return figures;
    },
  });
  const entrants = await Promise.all(
    timed.map(async ([call, what]) => counted(await entrantOf(side, calls[call], stopwatch, what))),
  );
  const before = cpuOfTree(keytrayPid);
  return {
    entrants,
    noteBroker() {
      if (answered > 0) run.book.note(side, 'callCpu', (cpuOfTree(keytrayPid) - before) / answered);
      else run.book.miss(side, ['callCpu'], 'no call was answered');
    },
  };
}

async function entrantOf(
  entry: Entry,
  rows: readonly [RowId, RowId],
  stopwatch: Stopwatch,
  timed: Timed,
): Promise<Entrant> {
  const metered = await stopwatch.meter(timed);
  return {
    entry,
    rows,
    async run() {
      const { wall, cpu } = await metered();
      return { [rows[0]]: wall, [rows[1]]: cpu };
    },
  };
}

/** The first of each list, then the second of each, … */
export function inTurns<Item>(lists: readonly (readonly Item[])[]): readonly Item[] {
  const length = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length }, (_, index) => lists.flatMap((list) => list.slice(index, index + 1))).flat();
}
