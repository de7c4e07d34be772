import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { replyFindingText, runReplyCampaign } from '../fuzz/reply-campaign.ts';

/** Milliseconds; `npm run fuzz:replies` makes 20,000 inputs. */
const time = 30_000;
/** Far below what any machine does in it. */
const fewest = 600;

it('replies of all kinds cost the account at most its token, and the others nothing', async () => {
  const seed = randomInt(2 ** 31);
  process.stdout.write(`  fuzz seed ${seed}\n`);
  const { tally, finding } = await runReplyCampaign({ seed, most: 1_000_000, time });
  process.stdout.write(`  ${tally.inputs} replies, ${tally.active} served, ${tally.refused} refused\n`);
  expect(finding === undefined ? [] : [replyFindingText(finding, seed)]).toEqual([]);
  expect(tally.inputs).toBeGreaterThan(fewest);
});
