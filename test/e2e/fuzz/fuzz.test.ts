import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentTarget, startAgentTarget } from '../../fuzz/agent-target.ts';
import { runCampaign } from '../../fuzz/campaign.ts';
import { inputsOf } from '../../fuzz/inputs.ts';
import { saveFinding, tallyLine } from '../../fuzz/report.ts';
import { plantLeak } from '../../support/measured-agent.ts';

/** As many on any machine; `npm run test:long` and `npm run fuzz` send more. */
const most = 7_000;
const batch = 500;
/** What sends nothing finds nothing. */
const fewest = 6_000;

let target: AgentTarget;

beforeAll(async () => {
  target = await startAgentTarget();
});

afterAll(async () => {
  await target.close();
});

describe('bytes of all kinds at the local API of an agent that holds tokens', () => {
  it('hurt nobody, and get nothing they have no right to', async () => {
    const seed = randomInt(2 ** 31);
    process.stdout.write(`  fuzz seed ${seed}\n`);
    const inputs = inputsOf(seed, target.traffic);
    const { tally, finding } = await runCampaign(target, { inputs, most, batch });
    process.stdout.write(`  ${tallyLine(tally)}\n`);
    expect(finding === undefined ? [] : await saveFinding(seed, finding)).toEqual([]);
    expect(tally.inputs).toBeGreaterThan(fewest);
    expect(tally.mutated / tally.inputs).toBeGreaterThan(0.3);
    expect(tally.unentitled / tally.inputs).toBeGreaterThan(0.5);
    expect(tally.refused / tally.inputs).toBeGreaterThan(0.2);
    expect(tally.answered / tally.inputs).toBeGreaterThan(0.5);
    // The secrets are within reach, by both ways.
    expect(tally.tokens).toBeGreaterThan(fewest / 200);
    expect(tally.statuses.get('101')).toBeGreaterThan(fewest / 200);
  });

  it('show a leak that is planted', async () => {
    plantLeak(target.agent, 'heap', 8 * 1024);
    const inputs = inputsOf(randomInt(2 ** 31), target.traffic);
    const { finding } = await runCampaign(target, { inputs, most, batch });
    expect(finding?.fault).toMatch(/^it grows by \d+ bytes with each input$/);
  });
});
