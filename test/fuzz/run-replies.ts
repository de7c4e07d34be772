import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { replyFindingText, runReplyCampaign } from './reply-campaign.ts';

/** `npm run fuzz:replies -- [--inputs N] [--seed S]`. Ends with 1 where something was found. */
const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
  },
});
const say = (line: string) => process.stdout.write(`${line}\n`);
const seed = Number(values.seed);
say(`seed ${seed}`);
const { tally, finding } = await runReplyCampaign({ seed, most: Number(values.inputs) });
const { inputs, active, refused, seconds } = tally;
say(`${inputs} replies, ${active} served, ${refused} refused with a reason, ${seconds.toFixed(1)} s`);
if (finding !== undefined) {
  say(replyFindingText(finding, seed));
  process.exitCode = 1;
}
