import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { parseOptions, type SimulateCommand, usage } from './options.ts';
import { reportOf } from './report.ts';
import { type Outcome, simulate } from './simulation.ts';

/** `npm run simulate -- --seed N`: exits 1 on any loss. */

/** On a second core. */
async function simulateElsewhere(options: SimulateCommand): Promise<Outcome> {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  new Worker(new URL(import.meta.url), { workerData: options }).once('message', resolve).once('error', reject);
  return await promise;
}

function optionsOrUsage(): SimulateCommand {
  try {
    return parseOptions(process.argv.slice(2));
  } catch {
    process.stderr.write(`${usage}\n`);
    process.exit(2);
  }
}

if (isMainThread) {
  const options = optionsOrUsage();
  const began = performance.now();
  const [outcome, calm] = await Promise.all([
    simulate(options),
    options.baseline ? simulateElsewhere({ ...options, faults: false }) : undefined,
  ]);
  const { lines, passed } = reportOf(options, outcome, calm);
  const took = ((performance.now() - began) / 1_000).toFixed(1);
  process.stdout.write(`${lines.join('\n')} ${took} s\n`);
  process.exitCode = passed ? 0 : 1;
} else {
  parentPort?.postMessage(await simulate(workerData as SimulateCommand));
}
