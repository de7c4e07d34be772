import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { Memory } from '../support/measured-agent.ts';
import { startAgentTarget } from './agent-target.ts';
import { type Finding, runCampaign } from './campaign.ts';
import { inputsOf } from './inputs.ts';
import { minimise } from './minimise.ts';
import { saveFinding, tallyLine } from './report.ts';
import { fuzzHelpers } from './run-helpers.ts';

/**
 * `npm run fuzz -- [--inputs N] [--helpers N] [--seed N] [--seconds N] [--from N]`: N calls to each helper protocol,
 * then bytes at the local API of a real agent. Ends with 1 where something was found; the same seed makes the same
 * inputs, `--from` leaves the first ones out.
 */

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '200000' },
    helpers: { type: 'string', default: '50000' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    seconds: { type: 'string', default: 'Infinity' },
    from: { type: 'string', default: '0' },
  },
});
const say = (line: string) => process.stdout.write(`${line}\n`);
const [seed, most, from, seconds] = [values.seed, values.inputs, values.from, values.seconds].map(Number) as [
  number,
  number,
  number,
  number,
];
say(`seed ${seed}`);
if (!(await fuzzHelpers({ seed, most: Number(values.helpers), say }))) process.exitCode = 1;
const target = await startAgentTarget();
try {
  say(`${target.traffic.length} recorded connections; the agent is process ${target.pid}`);
  const inputs = inputsOf(seed, target.traffic);
  let printed = 0;
  const { tally, finding } = await runCampaign(target, {
    inputs,
    from,
    most,
    strict: true,
    time: seconds * 1000,
    progress: (so) => {
      if (so.seconds - printed < 15) return;
      printed = so.seconds;
      say(`${so.inputs} inputs, ${Math.round(so.seconds)} s, agent ${inUse(target.memory.at(-1))}`);
    },
  });
  say(tallyLine(tally));
  say(`agent ${inUse(target.memory[0])} after the first batch, ${inUse(target.memory.at(-1))} at the end`);
  say(`the victim was signed in again ${target.signedInAgain} times`);
  if (finding !== undefined) {
    process.exitCode = 1;
    for (const line of await saveFinding(seed, await smaller(finding))) say(line);
  }
} finally {
  await target.close();
}

async function smaller(finding: Finding): Promise<Finding> {
  const [input, ...others] = finding.inputs;
  if (input === undefined || others.length > 0 || finding.answer === undefined) return finding;
  say(`was: ${JSON.stringify(input.bytes.toString('latin1').slice(0, 2000))}`);
  say(`cuts ${input.cuts}; answer: ${JSON.stringify(finding.answer.slice(0, 600))}`);
  return { ...finding, inputs: [await minimise(target, input, finding.fault)] };
}

function inUse(memory: Memory | undefined): string {
  return `${((memory?.live ?? 0) / 1024 / 1024).toFixed(1)} MiB in use`;
}
