import { beforeEach, describe, expect, it } from 'vitest';
import { Account } from '../../../core/accounts/account.ts';
import { KeytrayError } from '../../../core/errors.ts';
import { noAttemptNotes } from '../../../core/refresh/attempt-notes.ts';
import type { RefreshResult } from '../../../core/refresh/refresher.ts';
import { RefreshScheduler } from '../../../core/refresh/scheduler.ts';
import { WakeDetector } from '../../../core/refresh/wake-detector.ts';
import { MemoryStore } from '../../../core/stores/memory-store.ts';
import { accountSettings } from '../../support/authorization-server.ts';
import { MemoryLogger } from '../../support/broker-socket.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordAt } from '../../support/records.ts';

/** Refreshes that all end as `failure` says, or without effect. */
class Attempts {
  readonly times: number[] = [];
  failure: unknown;
  readonly #clock: ManualClock;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  async refresh(): Promise<RefreshResult> {
    this.times.push(this.#clock.monotonic());
    if (this.failure !== undefined) throw this.failure;
    return { kind: 'not_now' };
  }
}

describe('the scheduler', () => {
  let clock: ManualClock;
  let attempts: Attempts;
  let logger: MemoryLogger;
  let account: Account;
  let random: number;
  let scheduler: RefreshScheduler;

  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  const tick = async (ms: number, step = 100): Promise<void> => {
    for (let passed = 0; passed < ms; passed += step) {
      clock.advance(step);
      await settle();
    }
  };

  beforeEach(async () => {
    clock = new ManualClock();
    attempts = new Attempts(clock);
    logger = new MemoryLogger();
    random = 0;
    const settings = accountSettings({ refresh: 'ahead', issuer: 'https://login.lab.example', clientId: 'keytray' });
    account = new Account(settings, { store: new MemoryStore(), clock, changed: () => undefined });
    await account.load();
    await account.commit((generation) => recordAt(clock, { generation, lifetime: 60 }));
    account.noteHandOut();
    scheduler = new RefreshScheduler({
      accounts: () => [account],
      refresher: attempts,
      clock,
      logger,
      random: () => random,
      wakes: new WakeDetector(clock),
      attempts: noAttemptNotes,
    });
  });

  it.each([
    [0, 5_000],
    [0.5, 5_000],
    [0.9, 7_000],
  ])('looks some seconds after a wake, by chance %d: after %d ms', async (chance, delay) => {
    random = chance;
    clock.advance(60_000);
    account.noteHandOut();
    const woken = clock.monotonic();
    scheduler.wake();
    await tick(delay - 100);
    expect(attempts.times).toEqual([]);
    await tick(100);
    expect(attempts.times).toEqual([woken + delay]);
  });

  it('says why the store refused, and goes on', async () => {
    scheduler.start();
    attempts.failure = new KeytrayError('keychain_locked', 'the keychain is locked');
    await tick(60_000);
    expect(attempts.times.length).toBeGreaterThan(1);
    expect(logger.lines[0]).toMatchObject({
      level: 'warn',
      message: 'a refresh ahead of time was not stored',
      fields: { account: 'lab', why: 'the keychain is locked' },
    });
    attempts.failure = 'no error at all';
    const before = logger.lines.length;
    await tick(2_000);
    expect(logger.lines[before]).toMatchObject({ fields: { account: 'lab', why: 'unknown' } });
  });

  it('does nothing after its end, not even on a wake', async () => {
    scheduler.stop();
    scheduler.wake();
    scheduler.start();
    expect(clock.untilNextTimer).toBeUndefined();
    await tick(60_000);
    expect(attempts.times).toEqual([]);
  });

  it('leaves no timer behind', () => {
    scheduler.start();
    expect(clock.untilNextTimer).toBeDefined();
    scheduler.stop();
    expect(clock.untilNextTimer).toBeUndefined();
  });
});
