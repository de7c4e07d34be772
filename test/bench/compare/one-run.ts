import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildStandInApp } from '../desktop/stand-in-build.ts';
import { type IdleBroker, startIdleBroker, withNodeOfItsOwn } from '../measure-memory.ts';
import type { OidcAgent } from '../oidc-agent.ts';
import { untilQuiet } from '../process-cpu.ts';
import { memoryOfTree } from '../process-memory.ts';
import { type Product, thisCheckout } from '../product.ts';
import { buildStopwatch } from '../stopwatch.ts';
import { type SignedIn, startPeerLab, startSignedIn } from '../warm-lab.ts';
import { callRows, measureCalls } from './calls.ts';
import { type Ready, type Run, withLabs } from './contenders.ts';
import { measureAppMemory, measureAppStarts, measurePages } from './desktop.ts';
import { createBook, type RunReport } from './figures.ts';
import { measureHerds } from './herd.ts';
import { measureLoad } from './load.ts';
import type { RowId } from './rows.ts';
import { noteSizes } from './sizes.ts';
import { measureStarts } from './starts.ts';

const thorough = { calls: 50, starts: 6, loads: 5, loadSeconds: 2, appStarts: 5, visits: 4, idleSeconds: 3 };
const quick = { calls: 2, starts: 1, loads: 1, loadSeconds: 1, appStarts: 1, visits: 1, idleSeconds: 1 };
type Amounts = typeof thorough;

export interface RunOptions {
  /** The other revision's build. */
  readonly there: Product;
  /** From 0; every second run the other side goes first. */
  readonly index: number;
  readonly quick: boolean;
}

const warmRows: readonly RowId[] = [...callRows, 'requestRate', 'requestTail', 'requestCpu'];

/** Both builds side by side, once through all parts. */
export async function oneRun({ there, index, quick: few }: RunOptions): Promise<RunReport> {
  const folder = await mkdtemp(join(tmpdir(), 'run-'));
  const both = [
    { side: 'here', product: thisCheckout },
    { side: 'there', product: there },
  ] as const;
  const run: Run = {
    contenders: index % 2 === 0 ? both : both.toReversed(),
    book: createBook(),
    async folder(name) {
      await mkdir(join(folder, name), { mode: 0o700 });
      return join(folder, name);
    },
  };
  const amounts = few ? quick : thorough;
  try {
    await measureBrokers(run, amounts);
    await measureDesktop(run, amounts);
    noteSizes(run);
    return run.book.report();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureBrokers(run: Run, amounts: Amounts): Promise<void> {
  const { server, peer, close } = await startPeerLab(() => 3_600);
  try {
    await withLabs(
      run,
      warmRows,
      ({ product }) => startSignedIn(server, product),
      async (warm) => {
        await withLabs(
          run,
          ['memory'],
          async ({ side, product }) => {
            const folder = await run.folder(`idle-${side}`);
            return await startIdleBroker(server.issuer, folder, await withNodeOfItsOwn(product, folder));
          },
          (idle) => measureBeside(run, idle, peer, amounts),
        );
        await measureWarm(run, warm, peer, amounts);
      },
    );
  } finally {
    await close();
  }
}

/** What leaves the idle brokers and the peer alone, so that they have been idle when their memory is read. */
async function measureBeside(
  run: Run,
  idle: readonly Ready<IdleBroker>[],
  peer: OidcAgent,
  { starts }: Amounts,
): Promise<void> {
  await measureHerds(run);
  await measureStarts(run, starts);
  await untilQuiet(idle.map(({ lab }) => lab.pid));
  for (const { side, lab } of idle) run.book.note(side, 'memory', memoryOfTree(lab.pid) / 1e6);
  run.book.note('peer', 'memory', memoryOfTree(peer.pid) / 1e6);
}

async function measureWarm(
  run: Run,
  warm: readonly Ready<SignedIn>[],
  peer: OidcAgent,
  { calls, loads, loadSeconds }: Amounts,
): Promise<void> {
  const stopwatch = await buildStopwatch(await run.folder('stopwatch'));
  await untilQuiet(warm.map(({ lab }) => lab.keytrayPid));
  await measureCalls(run, warm, peer, stopwatch, calls);
  await measureLoad(run, warm, loadSeconds, loads);
}

async function measureDesktop(run: Run, { appStarts, visits, idleSeconds }: Amounts): Promise<void> {
  const program = await buildStandInApp(await run.folder('stand-in'));
  await measureAppStarts(run, program, appStarts);
  await measureAppMemory(run, program, idleSeconds);
  await measurePages(run, visits);
}
