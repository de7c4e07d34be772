import { beforeEach, describe, expect, it } from 'vitest';
import { Account } from '../../../core/accounts/account.ts';
import { AccountViews } from '../../../core/broker/views/account-views.ts';
import { RefreshScheduler } from '../../../core/refresh/scheduler.ts';
import { WakeDetector } from '../../../core/refresh/wake-detector.ts';
import { PendingLogins } from '../../../core/sign-in/pending-logins.ts';
import { accountSettings } from '../../support/authorization-server.ts';
import { Log } from '../../support/broker.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { RecordingStore } from '../../support/recording-store.ts';
import { recordAt } from '../../support/records.ts';

/** No reply and no record brings this about any more: a fault of ours. */
class FaultyAccount extends Account {
  override get state(): never {
    throw new TypeError('as planted, with a secret');
  }
}

let clock: ManualClock;
let log: Log;
let views: AccountViews;
beforeEach(() => {
  clock = new ManualClock();
  log = new Log();
  views = new AccountViews({ logins: new PendingLogins(clock, () => undefined), clock, logger: log });
});

const parts = () => ({ store: new RecordingStore('keychain'), clock, changed: () => undefined });
const faulty = () => new FaultyAccount(accountSettings({ id: 'bad', issuer: 'https://as' }), parts());

async function working(): Promise<Account> {
  const account = new Account(accountSettings({ id: 'good', issuer: 'https://as' }), parts());
  await account.commit((generation) => recordAt(clock, { issuer: 'https://as', generation }));
  return account;
}

describe('an account that cannot be told of', () => {
  it('is shown as degraded, with its settings and a reason, and the log has where', () => {
    expect(views.of(faulty())).toMatchObject({ account: 'bad', state: 'degraded', reason: 'internal_error' });
    expect(log.lines.join()).toMatch(/"account":"bad","where":"TypeError at /);
    expect(log.lines.join()).not.toContain('secret');
  });

  it('leaves the view of another as it was', async () => {
    const good = await working();
    const before = views.of(good);
    expect([faulty(), good].map((account) => views.of(account))[1]).toEqual(before);
    expect(before.state).toBe('active');
  });

  it('keeps no part of the broker from hearing of a change', () => {
    const told: string[] = [];
    const fail = (): never => {
      throw new TypeError('planted');
    };
    views.tell(faulty(), [() => told.push('first'), fail, () => told.push('last')]);
    expect(told).toEqual(['first', 'last']);
  });

  it('does not end the refreshing of the others', async () => {
    const good = await working();
    const refreshed: string[] = [];
    const scheduler = new RefreshScheduler({
      accounts: () => [faulty(), good],
      refresher: {
        refresh: async ({ id }) => {
          refreshed.push(id);
          return { kind: 'refreshed' };
        },
      },
      clock,
      logger: log,
      random: () => 0.5,
      wakes: new WakeDetector(clock),
      attempts: { begin: async () => undefined, end: async () => undefined, interrupted: (id) => id === 'good' },
    });
    scheduler.start();
    expect(refreshed).toEqual(['good']);
    scheduler.stop();
  });
});
