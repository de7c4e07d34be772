import { expect, it } from 'vitest';
import { Account } from '../../../core/accounts/account.ts';
import type { RefreshProblem } from '../../../core/accounts/refresh-problem.ts';
import { servesAlone } from '../../../core/accounts/serves-alone.ts';
import type { TokenRecord } from '../../../core/accounts/token-record.ts';
import { accountSettings } from '../../support/authorization-server.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { RecordingStore } from '../../support/recording-store.ts';
import { recordAt } from '../../support/records.ts';

const problems: readonly [RefreshProblem, boolean][] = [
  [{ kind: 'none' }, true],
  [{ kind: 'dead', why: 'it ended' }, false],
];

async function signedIn(clock: ManualClock, record: Partial<TokenRecord>): Promise<Account> {
  const store = new RecordingStore('memory');
  const account = new Account(accountSettings({ issuer: 'https://login.lab.example' }), {
    store,
    clock,
    changed: () => undefined,
  });
  await account.commit((generation) => recordAt(clock, { ...record, generation }));
  return account;
}

it.each(problems)('an account with %j serves alone: %s', async (problem, alone) => {
  const clock = new ManualClock();
  const account = await signedIn(clock, {});
  account.reconsider(() => problem);
  expect(servesAlone(account, clock)).toBe(alone);
});

it.each([
  ['transient', true],
  ['invalid_grant', false],
  ['refused', false],
  ['moved', false],
] as const)('after a refresh that ended as %s: %s', async (kind, alone) => {
  const clock = new ManualClock();
  const account = await signedIn(clock, {});
  account.noteFailure(1, { kind, retryAfter: undefined, why: 'the test' }, { now: 0, random: 0.5, forced: false });
  expect(servesAlone(account, clock)).toBe(alone);
});

it('without a refresh token it does so until the access token ends', async () => {
  const clock = new ManualClock();
  const account = await signedIn(clock, { refreshToken: undefined, lifetime: 60 });
  expect(servesAlone(account, clock)).toBe(true);
  clock.advance(61_000);
  expect(servesAlone(account, clock)).toBe(false);
});

it('signed out it does not', () => {
  const clock = new ManualClock();
  const store = new RecordingStore('memory');
  expect(
    servesAlone(
      new Account(accountSettings({ issuer: 'https://login.lab.example' }), { store, clock, changed: () => undefined }),
      clock,
    ),
  ).toBe(false);
});
