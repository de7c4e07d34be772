import { beforeEach, describe, expect, it } from 'vitest';
import { Account } from '../../../core/accounts/account.ts';
import type { TokenRecord } from '../../../core/accounts/token-record.ts';
import { planFor } from '../../../core/refresh/refresh-facts.ts';
import type { AccountSettings } from '../../../core/services/service.ts';
import { MemoryStore } from '../../../core/stores/memory-store.ts';
import { accountSettings } from '../../support/authorization-server.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordAt } from '../../support/records.ts';

const day = 86_400;

describe('the plan of an account', () => {
  let clock: ManualClock;

  beforeEach(() => {
    clock = new ManualClock();
  });

  const accountOf = (settings: Partial<AccountSettings> = {}): Account =>
    new Account(
      accountSettings({ issuer: 'https://login.lab.example', clientId: 'keytray', refresh: 'ahead', ...settings }),
      { store: new MemoryStore(), clock, changed: () => undefined },
    );
  const signedIn = async (record: Partial<TokenRecord> = {}, settings: Partial<AccountSettings> = {}) => {
    const account = accountOf(settings);
    await account.load();
    await account.commit((generation) => recordAt(clock, { generation, ...record }));
    return account;
  };

  it('is nothing where nobody is signed in', async () => {
    const account = accountOf();
    expect(planFor(account, clock)).toEqual({ kind: 'none' });
    await account.load();
    expect(planFor(account, clock)).toEqual({ kind: 'none' });
  });

  it.each<Partial<TokenRecord>>([
    { refreshToken: undefined },
    { sessionEnded: true },
    { lifetime: undefined, refreshToken: undefined },
  ])('is nothing where nothing can be refreshed: %j', async (record) => {
    expect(planFor(await signedIn(record), clock)).toEqual({ kind: 'none' });
  });

  it('is ahead of the end while somebody uses the account, counting sleep', async () => {
    const account = await signedIn();
    account.noteHandOut();
    const before = planFor(account, clock);
    expect(before).toMatchObject({ kind: 'in', why: 'ahead' });
    clock.sleep(1_000_000);
    const after = planFor(account, clock);
    expect(after).toMatchObject({ why: 'ahead' });
    if (before.kind !== 'in' || after.kind !== 'in') throw new Error('no plan');
    expect(before.delay).toBeGreaterThanOrEqual(3_600 - 990);
    expect(before.delay).toBeLessThanOrEqual(3_600 - 810);
    expect(before.delay - after.delay).toBeCloseTo(1_000, 6);
    clock.sleep(6_201_000);
    expect(planFor(account, clock)).toMatchObject({ why: 'keep_alive' });
  });

  it.each<Partial<AccountSettings>>([{ refresh: 'on-demand' }, { refreshRevokesAccess: true }])(
    'is only to keep the login alive with %j',
    async (settings) => {
      const account = await signedIn({}, settings);
      account.noteHandOut();
      expect(planFor(account, clock)).toEqual({ kind: 'in', delay: 7 * day, why: 'keep_alive' });
    },
  );

  it('is to keep an idle login alive half way to its end, where a refresh puts that off', async () => {
    const at = clock.now() + 4 * day * 1_000;
    for (const [loginEnd, delay] of [
      [{ at, moves: 'yes' }, 2 * day],
      [{ at, moves: 'unknown' }, 2 * day],
      [{ at, moves: 'no' }, 7 * day],
      [{ at: clock.now() - 1_000, moves: 'yes' }, 0],
      [undefined, 7 * day],
    ] as const) {
      expect(planFor(await signedIn({ loginEnd }), clock)).toEqual({ kind: 'in', delay, why: 'keep_alive' });
    }
  });

  it('counts from the last reply', async () => {
    const account = await signedIn();
    clock.advance(day * 1_000);
    expect(planFor(account, clock)).toEqual({ kind: 'in', delay: 6 * day, why: 'keep_alive' });
    clock.reboot();
    clock.step(-30 * day * 1_000);
    expect(planFor(account, clock)).toEqual({ kind: 'in', delay: 7 * day, why: 'keep_alive' });
  });

  it('waits out what the server asked for', async () => {
    const account = await signedIn();
    const failure = { kind: 'misconfigured', error: 'invalid_client', retryAfter: 30 * day, why: 'x' } as const;
    account.noteFailure(1, failure, { now: clock.monotonic(), random: 0, forced: false });
    expect(planFor(account, clock)).toMatchObject({ delay: 7 * day });
    clock.advance(7 * day * 1_000);
    expect(planFor(account, clock)).toMatchObject({ delay: 0 });
  });

  it('does not move with every look, and is another one for every account and record', async () => {
    const planned = async (id: string, generation: number): Promise<unknown> => {
      const account = await signedIn({ generation }, { id });
      account.noteHandOut();
      const plan = planFor(account, clock);
      expect(planFor(account, clock)).toEqual(plan);
      return plan;
    };
    const first = await planned('lab', 1);
    expect(await planned('lab', 1)).toEqual(first);
    expect(await planned('lab', 2)).not.toEqual(first);
    expect(await planned('other', 1)).not.toEqual(first);
  });
});
