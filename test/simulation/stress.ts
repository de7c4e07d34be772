import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/**
 * `npm run simulate:stress [-- --part 1/5]`: the short form, each run in a process of its own as a test worker is,
 * while another process keeps the other core busy. Whatever depends on real time fails now and then here. Prints the
 * counts and exits 1 on any failure.
 */

const runsOfFirstSeed = 40;
const otherSeeds = 10;
const runsOfEach = 4;
/** A run takes some seconds; what takes this long hangs. Milliseconds. */
const patience = 300_000;

const short = (seed: number): readonly string[] => ['--seed', String(seed), '--days', '4', '--accounts', '100'];

const plan: readonly number[] = [
  ...Array.from({ length: runsOfFirstSeed }, () => 1),
  ...Array.from({ length: otherSeeds * runsOfEach }, (_, index) => 2 + (index % otherSeeds)),
];

/** `--part 2/5`: the second fifth of the runs, for a machine that others use. */
function partOf(runs: readonly number[], [flag, part]: readonly string[]): readonly number[] {
  if (flag === undefined) return runs;
  const [, number, count] = /^(\d+)\/(\d+)$/.exec(part ?? '')?.map(Number) ?? [];
  if (flag !== '--part' || number === undefined || count === undefined || number < 1 || number > count) {
    process.stderr.write('Usage: npm run simulate:stress [-- --part N/COUNT]\n');
    process.exit(2);
  }
  const length = Math.ceil(runs.length / count);
  return runs.slice((number - 1) * length, number * length);
}

interface Run {
  readonly passed: boolean;
  readonly output: string;
}

async function run(seed: number): Promise<Run> {
  const options = short(seed);
  const program = new URL('simulate.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [program, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: patience,
  });
  let output = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) output += chunk;
  const status = await new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
    else child.once('exit', resolve);
  });
  return { passed: status === 0, output };
}

const runs = partOf(plan, process.argv.slice(2));
// One of the cores is left to the runs themselves.
const busy = Array.from({ length: Math.max(1, availableParallelism() - 1) }, () =>
  spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
);
process.once('exit', () => {
  for (const child of busy) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const tally = new Map<number, { runs: number; failed: number }>();
for (const seed of runs) {
  const { passed, output } = await run(seed);
  const seen = tally.get(seed) ?? { runs: 0, failed: 0 };
  tally.set(seed, { runs: seen.runs + 1, failed: seen.failed + (passed ? 0 : 1) });
  process.stdout.write(passed ? '.' : `\n${output}\n`);
}
const failed = [...tally.values()].reduce((sum, each) => sum + each.failed, 0);
const lines = [...tally].map(([seed, each]) => `seed ${seed}: ${each.runs} runs, ${each.failed} failed`);
process.stdout.write(`\n${lines.join('\n')}\nstress: ${runs.length} runs, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
