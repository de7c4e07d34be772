import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { repository } from '../../support/keytray.ts';
import { hardwareLine } from '../hardware.ts';
import { missingNative } from '../peers.ts';
import type { Product } from '../product.ts';
import { type RunReport, runReport } from './figures.ts';
import { outcomeOf } from './outcome.ts';
import { runGroup } from './process-group.ts';
import { comparisonLines, comparisonTable } from './report.ts';
import {
  addWorktree,
  buildAt,
  findRevision,
  installPackages,
  nameOfCheckout,
  type Revision,
  removeWorktree,
} from './revision.ts';
import { notCompared } from './rows.ts';

const runs = 5;

export interface Comparison {
  readonly revision: string;
  /** Where the results are saved. */
  readonly json: string | undefined;
  readonly quick: boolean;
  say(line: string): void;
}

/** What is compared, and by what. */
export interface Ground {
  readonly checkout: string;
  /** `programs/compare-run.ts`. */
  readonly runProgram: string;
}

const ground: Ground = { checkout: repository, runProgram: join(import.meta.dirname, '../programs/compare-run.ts') };

/** Resolves to the exit status: 0 if no row is worse, 1 if one is, 2 where it cannot begin. */
export async function compare(comparison: Comparison): Promise<number> {
  return await untilStopped((signal) => compareOn(ground, comparison, signal));
}

export async function compareOn(on: Ground, comparison: Comparison, signal: AbortSignal): Promise<number> {
  const { revision: name, say } = comparison;
  const json = comparison.json === undefined ? undefined : resolve(process.env.INIT_CWD ?? '.', comparison.json);
  const revision = await findRevision(on.checkout, name, signal);
  if (revision === undefined) {
    say(`${name} is not a revision of this repository`);
    return 2;
  }
  if (json !== undefined && !(await isWritable(dirname(json)))) {
    say(`cannot write to ${dirname(json)}`);
    return 2;
  }
  return await compareWith(on, revision, { ...comparison, json }, signal);
}

/** The work ends with what it started where a signal comes, which then gives the status. */
async function untilStopped(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const stopping = new AbortController();
  let status = 0;
  const listener = (number: number) => () => {
    status = 128 + number;
    stopping.abort(new Error('stopped'));
  };
  // They stay until the end: a second Ctrl-C must not interrupt the cleaning up.
  const [hungUp, interrupted, terminated] = [listener(1), listener(2), listener(15)];
  process.on('SIGHUP', hungUp).on('SIGINT', interrupted).on('SIGTERM', terminated);
  try {
    return await work(stopping.signal);
  } catch (error) {
    if (stopping.signal.aborted) return status;
    throw error;
  } finally {
    process.off('SIGHUP', hungUp).off('SIGINT', interrupted).off('SIGTERM', terminated);
  }
}

async function compareWith(
  on: Ground,
  revision: Revision,
  { json, quick, say }: Comparison,
  signal: AbortSignal,
): Promise<number> {
  const began = performance.now();
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'keytray-compare-')));
  const root = join(folder, 'there');
  try {
    const here = await nameOfCheckout(on.checkout, signal);
    const there = revision.commit.slice(0, 7);
    say(await hardwareLine());
    say(`${runs} runs of ${here} (here) beside ${there} (${revision.name})`);
    const ours = await buildAt(on.checkout, signal);
    for (const line of missingNative(ours.program('keytray'))) throw new Error(line);
    await addWorktree(on.checkout, revision, root, signal);
    const packages = await installPackages(on.checkout, root, signal);
    const product = await buildAt(root, signal);
    say(`built after ${secondsSince(began)} s; packages ${packages}`);
    const reports = await measure(on, product, join(folder, 'tmp'), { quick, say, signal });
    const outcome = outcomeOf(reports);
    say(`\n${comparisonTable(outcome, there, here)}\n`);
    for (const line of notCompared) say(`not compared: ${line}`);
    for (const line of comparisonLines(outcome, there, here)) say(line);
    say(`took ${secondsSince(began)} s`);
    if (json !== undefined) {
      const saved = { here, there: revision, hardware: await hardwareLine(), ...outcome, runs: reports };
      await writeFile(json, `${JSON.stringify(saved, undefined, 1)}\n`);
    }
    return outcome.failed ? 1 : 0;
  } finally {
    await removeWorktree(on.checkout, root);
    await rm(folder, { recursive: true, force: true });
  }
}

interface Measuring {
  readonly quick: boolean;
  readonly signal: AbortSignal;
  say(line: string): void;
}

/** Each run in a process of its own, whose temporary folders are all below `temporary`. */
async function measure(
  { checkout, runProgram }: Ground,
  there: Product,
  temporary: string,
  { quick, say, signal }: Measuring,
): Promise<readonly RunReport[]> {
  const reports: RunReport[] = [];
  await mkdir(temporary, { mode: 0o700 });
  for (let index = 0; index < runs; index += 1) {
    const began = performance.now();
    const args = [runProgram, there.root, `${index}`, quick ? 'quick' : 'thorough'];
    const env = { ...process.env, TMPDIR: temporary };
    const printed = await runGroup(process.execPath, args, { env, cwd: checkout, signal });
    reports.push(runReport.parse(JSON.parse(printed)));
    say(`run ${index + 1} of ${runs}: ${secondsSince(began)} s`);
  }
  return reports;
}

const secondsSince = (start: number): string => ((performance.now() - start) / 1_000).toFixed(0);

async function isWritable(folder: string): Promise<boolean> {
  return await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}
