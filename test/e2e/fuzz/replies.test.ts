import { randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AccountView } from '../../../core/wire/schemas.ts';
import { type ReplyCampaign, replyFindingText, runReplyCampaign } from '../../fuzz/reply-campaign.ts';

/** Milliseconds; `npm run fuzz:replies` makes 20,000 inputs. */
const time = 10_000;
/** Far below what any machine does in it. */
const fewest = 200;

describe('replies of all kinds to the broker', () => {
  it('cost the account at most its token, and the others nothing', async () => {
    const seed = randomInt(2 ** 31);
    process.stdout.write(`  fuzz seed ${seed}\n`);
    const { tally, finding } = await runReplyCampaign({ seed, most: 1_000_000, time });
    process.stdout.write(`  ${tally.inputs} replies, ${tally.active} served, ${tally.refused} refused\n`);
    expect(finding === undefined ? [] : [replyFindingText(finding, seed)]).toEqual([]);
    expect(tally.inputs).toBeGreaterThan(fewest);
    expect(tally.active / tally.inputs).toBeGreaterThan(0.1);
    expect(tally.refused / tally.inputs).toBeGreaterThan(0.1);
  });
});

/** A fixed one: what is asked is whether the inputs are any good. */
const seed = 20_261_128;
/** Within which every plant is found. */
const most = 2_000;

const said = (body: string): Readonly<Record<string, unknown>> => {
  try {
    return { ...JSON.parse(body) };
  } catch {
    return {};
  }
};

const changed = (accounts: readonly AccountView[], lab: Partial<AccountView>): readonly AccountView[] =>
  accounts.map((view) => (view.account === 'lab' ? { ...view, ...lab } : view));

const plants: readonly (readonly [string, NonNullable<ReplyCampaign['plant']>, RegExp])[] = [
  [
    'lifetimes that are not bounded',
    (accounts, { body }) => {
      const { expires_in: lifetime } = said(body);
      if (typeof lifetime !== 'number') return accounts;
      return changed(accounts, { expires_at: new Date(Date.now() + lifetime * 1_000).toISOString() });
    },
    /RangeError/,
  ],
  [
    'scopes that are not cleaned',
    (accounts, { body }) => {
      const { scope } = said(body);
      return typeof scope === 'string' ? changed(accounts, { scopes: [scope] }) : accounts;
    },
    /^unprintable/,
  ],
  [
    'a view that fails the view of all',
    (accounts, { kind }) => {
      if (kind === 'record' && accounts[0]?.state === 'login_required') throw new TypeError('planted');
      return accounts;
    },
    /planted/,
  ],
  [
    'a view that is of another account',
    (accounts, { status }) => (status === 429 ? accounts.map((view) => ({ ...view, state: 'degraded' })) : accounts),
    /the other account/,
  ],
  [
    'an account that is refused without a reason',
    (accounts) => accounts.map((view) => (view.account === 'lab' ? { ...view, reason_description: '' } : view)),
    /without a reason/,
  ],
];

describe('a planted fault', () => {
  it.each(plants)('is found: %s', async (_, plant, fault) => {
    const { finding } = await runReplyCampaign({ seed, most, plant });
    expect(finding?.fault).toMatch(fault);
  });
});
