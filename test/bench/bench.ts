import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hardwareLine } from './hardware.ts';
import { measureGitFill } from './measure-git.ts';
import { measureHelper } from './measure-helper.ts';
import { measureHerd } from './measure-herd.ts';
import { measureMemory, startIdleBroker } from './measure-memory.ts';
import { measureRequests } from './measure-requests.ts';
import { measureStart } from './measure-start.ts';
import { missingPeers } from './peers.ts';
import { type Row, tableOf, wrongCounts } from './report.ts';
import { buildStopwatch, type Stopwatch } from './stopwatch.ts';
import { startWarmLab, type WarmLab } from './warm-lab.ts';

/**
 * `npm run bench [-- --quick]`: Keytray beside its peers, one table. Ends with 1 where a peer is missing, an answer or
 * a count is wrong; never because something was slow.
 */

const thorough = { processes: 31, starts: 9, loads: 3, loadSeconds: 5 };
const quick = { processes: 3, starts: 1, loads: 1, loadSeconds: 1 };

const amounts = process.argv.includes('--quick') ? quick : thorough;
const say = (line: string) => process.stdout.write(`${line}\n`);
try {
  process.exitCode = await bench();
} catch (error) {
  say(`wrong: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function bench(): Promise<number> {
  const missing = missingPeers(process.env.PATH ?? '');
  if (missing.length > 0) {
    for (const line of missing) say(line);
    return 1;
  }
  say(await hardwareLine());
  say(
    `medians of ${amounts.processes} runs (processes), ${amounts.starts} (starts), ${amounts.loads} × ${amounts.loadSeconds} s (load)\n`,
  );
  const { rows, problems } = await measureAll();
  say(tableOf(rows));
  const wrong = [...wrongCounts(rows), ...problems];
  for (const line of wrong) say(`wrong: ${line}`);
  return wrong.length === 0 ? 0 : 1;
}

interface Measured {
  readonly rows: readonly Row[];
  readonly problems: readonly string[];
}

async function measureAll(): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'keytray-bench-'));
  try {
    const stopwatch = await buildStopwatch(folder);
    const warmLab = await startWarmLab(() => 3_600);
    try {
      return await measureAt(warmLab, stopwatch, folder);
    } finally {
      await warmLab.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureAt(warmLab: WarmLab, stopwatch: Stopwatch, folder: string): Promise<Measured> {
  const { herd, start, memory } = await besideIdleBroker(warmLab, folder);
  const helper = await measureHelper(warmLab, stopwatch, amounts.processes);
  const git = await measureGitFill(warmLab, stopwatch, amounts.processes);
  const requests = await measureRequests(warmLab, amounts.loadSeconds, amounts.loads);
  return { rows: [...helper, ...git, ...herd.rows, ...requests, ...start, ...memory], problems: herd.problems };
}

/** What leaves `warmLab` alone, so that the idle broker and the peer have been idle when their memory is read. */
async function besideIdleBroker(warmLab: WarmLab, folder: string) {
  const idle = await startIdleBroker(warmLab.server.issuer, folder);
  try {
    const herd = await measureHerd();
    const start = await measureStart(amounts.starts);
    return { herd, start, memory: measureMemory(idle, warmLab.peer) };
  } finally {
    await idle.close();
  }
}
