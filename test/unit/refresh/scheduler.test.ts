import { beforeEach, describe, expect, it } from 'vitest';
import { Account } from '../../../core/accounts/account.ts';
import { secondsLeft } from '../../../core/accounts/token-age.ts';
import { noAttemptNotes } from '../../../core/refresh/attempt-notes.ts';
import type { RefreshResult } from '../../../core/refresh/refresher.ts';
import { RefreshScheduler } from '../../../core/refresh/scheduler.ts';
import { WakeDetector } from '../../../core/refresh/wake-detector.ts';
import { MemoryStore } from '../../../core/stores/memory-store.ts';
import { accountSettings } from '../../support/authorization-server.ts';
import { MemoryLogger } from '../../support/broker-socket.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordAt } from '../../support/records.ts';

const minute = 60_000;
const hour = 60 * minute;

/** Refreshes as a server would that gives `lifetime` seconds each time; `slow` requests end when the test says so. */
class Refreshes {
  readonly asked: string[] = [];
  most = 0;
  slow = false;
  lifetime = 3_600;
  readonly #open: (() => void)[] = [];
  readonly #clock: ManualClock;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  async refresh(account: Account): Promise<RefreshResult> {
    this.asked.push(account.id);
    if (this.slow) {
      await new Promise<void>((resolve) => {
        this.#open.push(resolve);
        this.most = Math.max(this.most, this.#open.length);
      });
    }
    const { lifetime } = this;
    await account.commit((generation) => recordAt(this.#clock, { generation, lifetime }));
    return { kind: 'refreshed' };
  }

  finishAll(): void {
    for (const finish of this.#open.splice(0)) finish();
  }
}

describe('the scheduler', () => {
  let clock: ManualClock;
  let refreshes: Refreshes;
  let accounts: Account[];
  let interrupted: Set<string>;

  const signedIn = async (
    id: string,
    changes: Partial<Parameters<typeof accountSettings>[0]> = {},
  ): Promise<Account> => {
    const settings = accountSettings({
      id,
      refresh: 'ahead',
      issuer: 'https://login.lab.example',
      clientId: 'keytray',
      ...changes,
    });
    const account = new Account(settings, { store: new MemoryStore(), clock, changed: () => undefined });
    await account.load();
    await account.commit((generation) => recordAt(clock, { generation }));
    accounts.push(account);
    return account;
  };

  /** Lets what was started come to rest: nothing here waits for anything outside this process. */
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };

  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= minute) {
      clock.advance(Math.min(minute, left));
      await settle();
    }
  };

  const start = (): RefreshScheduler => {
    const scheduler = new RefreshScheduler({
      accounts: () => accounts,
      refresher: refreshes,
      clock,
      logger: new MemoryLogger(),
      random: () => 0.5,
      wakes: new WakeDetector(clock),
      attempts: { ...noAttemptNotes, interrupted: (id, generation) => interrupted.has(`${id} ${generation}`) },
    });
    scheduler.start();
    return scheduler;
  };

  beforeEach(() => {
    clock = new ManualClock();
    refreshes = new Refreshes(clock);
    accounts = [];
    interrupted = new Set();
  });

  it('keeps fresh what is in use, and leaves alone what is not', async () => {
    (await signedIn('used')).noteHandOut();
    await signedIn('idle');
    start();
    await pass(40 * minute);
    expect(refreshes.asked).toEqual([]);
    await pass(10 * minute);
    expect(refreshes.asked).toEqual(['used']);
  });

  it('asks again at once where the process before ended during a refresh, though nobody uses it', async () => {
    await signedIn('killed');
    await signedIn('other');
    interrupted.add('killed 1');
    start();
    await settle();
    expect(refreshes.asked).toEqual(['killed']);
    await pass(hour);
    expect(refreshes.asked).toEqual(['killed']);
  });

  it('stops refreshing what nobody uses any more', async () => {
    (await signedIn('used')).noteHandOut();
    start();
    await pass(24 * hour);
    expect(refreshes.asked.length).toBeGreaterThan(1);
    expect(refreshes.asked.length).toBeLessThan(5);
  });

  it('keeps the login of an idle account alive, once a week', async () => {
    await signedIn('idle');
    start();
    clock.sleep(6 * 24 * hour);
    await pass(hour);
    expect(refreshes.asked).toEqual([]);
    clock.sleep(24 * hour);
    await pass(hour);
    expect(refreshes.asked).toEqual(['idle']);
  });

  it('waits a little after a sleep before it spends a token', async () => {
    (await signedIn('used')).noteHandOut();
    start();
    clock.sleep(hour);
    clock.advance(30_000);
    await settle();
    expect(refreshes.asked).toEqual([]);
    clock.advance(10_000);
    await settle();
    expect(refreshes.asked).toEqual(['used']);
  });

  it('asks one server for four accounts at a time', async () => {
    for (let i = 0; i < 20; i++) (await signedIn(`used${i}`)).noteHandOut();
    refreshes.slow = true;
    start();
    await pass(55 * minute);
    expect(refreshes.asked).toHaveLength(4);
    for (let i = 0; i < 10; i++) {
      refreshes.finishAll();
      await settle();
      await pass(minute);
    }
    expect(new Set(refreshes.asked).size).toBe(20);
    expect(refreshes.most).toBe(4);
  });

  it('looks at what came of a refresh, so that tokens of half a minute never run out while they are used', async () => {
    const account = await signedIn('used');
    refreshes.lifetime = 30;
    await refreshes.refresh(account);
    account.noteHandOut();
    start();
    for (let seconds = 0; seconds < 600; seconds += 1) {
      clock.advance(1_000);
      await settle();
      expect(account.record && secondsLeft(account.record, clock)).toBeGreaterThan(13);
    }
    expect(refreshes.asked.length).toBeLessThanOrEqual(41);
  });

  it('looks at the others while refreshes end all the time', async () => {
    for (let i = 0; i < 40; i++) (await signedIn(`used${i}`)).noteHandOut();
    refreshes.slow = true;
    start();
    await pass(55 * minute);
    for (let tenths = 0; tenths < 100; tenths += 1) {
      clock.advance(100);
      refreshes.finishAll();
      await settle();
    }
    expect(new Set(refreshes.asked).size).toBe(40);
  });

  it('does nothing once stopped', async () => {
    (await signedIn('used')).noteHandOut();
    start().stop();
    await pass(2 * hour);
    expect(refreshes.asked).toEqual([]);
  });
});
