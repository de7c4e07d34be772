import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArguments, usage, type Wish } from './arguments.ts';
import { compare } from './compare/compare.ts';
import { measureDesktop } from './desktop/measure-desktop.ts';
import { hardwareLine } from './hardware.ts';
import { measureGitFill } from './measure-git.ts';
import { measureHelper } from './measure-helper.ts';
import { measureHerd } from './measure-herd.ts';
import { measureMemory, startIdleBroker, withNodeOfItsOwn } from './measure-memory.ts';
import { measureProxies } from './measure-proxies.ts';
import { measureRequests } from './measure-requests.ts';
import { measureStart } from './measure-start.ts';
import { measureTray } from './measure-tray.ts';
import { missingNative, missingPeers } from './peers.ts';
import { thisCheckout } from './product.ts';
import { type Row, tableOf, wrongCounts } from './report.ts';
import { buildStopwatch, type Stopwatch } from './stopwatch.ts';
import { startWarmLab, type WarmLab } from './warm-lab.ts';

/**
 * `npm run bench`: Keytray beside its peers, one table, then the desktop app in tables of its own. Ends with 1 where a
 * peer or a part is missing, an answer or a count is wrong; never because something was slow. `--compare` measures
 * another revision beside this one and ends with 1 where a row is worse.
 */

const thorough = {
  processes: 101,
  starts: 9,
  loads: 3,
  loadSeconds: 5,
  visits: 5,
  idleSeconds: 10,
  changes: 200,
  traySeconds: 60,
};
const quickly = {
  processes: 3,
  starts: 1,
  loads: 1,
  loadSeconds: 1,
  visits: 1,
  idleSeconds: 1,
  changes: 2,
  traySeconds: 2,
};
type Amounts = typeof thorough;

const path = process.env.PATH ?? '';
const say = (line: string) => process.stdout.write(`${line}\n`);
try {
  process.exitCode = await main(readArguments(process.argv.slice(2)));
} catch (error) {
  say(`wrong: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function main(wish: Wish): Promise<number> {
  // The agents of tests leave it out.
  process.env.KEYTRAY_REHEARSAL = 'on';
  switch (wish.kind) {
    case 'help':
      say(usage);
      return 0;
    case 'refused':
      process.stderr.write(`${wish.problem}\n${usage}\n`);
      return 2;
    case 'compare':
      // It builds, so what is built now does not matter.
      return areThere(missingPeers(path)) ? await compare({ ...wish, say }) : 1;
    case 'bench':
      return areThere([...missingPeers(path), ...missingNative(thisCheckout.program('keytray'))])
        ? await bench(wish.quick ? quickly : thorough, wish.desktopOnly)
        : 1;
  }
}

function areThere(missing: readonly string[]): boolean {
  for (const line of missing) say(line);
  return missing.length === 0;
}

async function bench(amounts: Amounts, desktopOnly: boolean): Promise<number> {
  say(await hardwareLine());
  const { processes, starts, loads, loadSeconds, visits } = amounts;
  const medians = `${processes} runs (processes), ${starts} (starts), ${loads} × ${loadSeconds} s (load)`;
  say(`medians of ${medians}, ${visits} (pages)\n`);
  const wrong = desktopOnly ? [] : await besidePeers(amounts);
  say(`${await measureDesktop(amounts)}\n`);
  for (const line of wrong) say(`wrong: ${line}`);
  return wrong.length === 0 ? 0 : 1;
}

/** Prints the table; resolves to what is wrong. */
async function besidePeers(amounts: Amounts): Promise<readonly string[]> {
  const { rows, problems } = await measureAll(amounts);
  say(`${tableOf(rows)}\n`);
  return [...wrongCounts(rows), ...problems];
}

interface Measured {
  readonly rows: readonly Row[];
  readonly problems: readonly string[];
}

async function measureAll(amounts: Amounts): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'keytray-bench-'));
  try {
    const stopwatch = await buildStopwatch(folder);
    const warmLab = await startWarmLab(() => 3_600);
    try {
      return await measureAt(warmLab, stopwatch, folder, amounts);
    } finally {
      await warmLab.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureAt(warmLab: WarmLab, stopwatch: Stopwatch, folder: string, amounts: Amounts): Promise<Measured> {
  const { herd, start, memory } = await besideIdleBroker(warmLab, folder, amounts.starts);
  const helper = await measureHelper(warmLab, stopwatch, amounts.processes);
  const git = await measureGitFill(warmLab, stopwatch, amounts.processes);
  const requests = await measureRequests(warmLab, amounts.loadSeconds, amounts.loads);
  const proxies = await measureProxies(warmLab, amounts.loadSeconds, amounts.loads);
  const tray = await measureTray(warmLab.server.issuer, folder, amounts);
  const rows = [...helper, ...git, ...herd.rows, ...requests, ...proxies, ...start, ...memory, ...tray];
  return { rows, problems: herd.problems };
}

/** What leaves `warmLab` alone, so that the idle broker and the peer have been idle when their memory is read. */
async function besideIdleBroker(warmLab: WarmLab, folder: string, starts: number) {
  const idle = await startIdleBroker(warmLab.server.issuer, folder, await withNodeOfItsOwn(thisCheckout, folder));
  try {
    const herd = await measureHerd();
    const start = await measureStart(starts);
    return { herd, start, memory: measureMemory(idle, warmLab.peer) };
  } finally {
    await idle.close();
  }
}
