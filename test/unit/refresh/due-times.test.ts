import { beforeEach, describe, expect, it } from 'vitest';
import type { Account } from '../../../core/accounts/account.ts';
import { DueTimes } from '../../../core/refresh/due-times.ts';
import { accountSettings } from '../../support/authorization-server.ts';
import { ManualClock } from '../../support/manual-clock.ts';

type Planned = { -readonly [Name in 'state' | 'settings']: Account[Name] };

describe('the time of the next refresh', () => {
  let clock: ManualClock;
  let account: Planned;
  let delay: number;
  let planned: number;
  let dueTimes: DueTimes<Planned>;

  beforeEach(() => {
    clock = new ManualClock();
    account = { state: { kind: 'signed_out', why: 'never' }, settings: accountSettings({ id: 'lab' }) };
    delay = 600;
    planned = 0;
    dueTimes = new DueTimes(clock, () => {
      planned += 1;
      return { kind: 'in', delay, why: 'ahead' };
    });
  });

  const later = async (milliseconds: number): Promise<number> => {
    await clock.advance(milliseconds);
    return dueTimes.of(account);
  };

  it('stands for half a minute', async () => {
    const at = dueTimes.of(account);
    expect(await later(29_999)).toBe(at);
    expect(planned).toBe(1);
    delay = 0;
    expect(await later(1)).toBe(clock.monotonic());
  });

  it('is worked out anew once it has come', async () => {
    delay = 1;
    dueTimes.of(account);
    delay = 600;
    expect(await later(1_000)).toBe(clock.monotonic() + 600_000);
  });

  it.each<[string, () => void]>([
    ['the state is another', () => Object.assign(account, { state: { kind: 'signed_out', why: 'never' } })],
    ['the settings are others', () => Object.assign(account, { settings: accountSettings({ id: 'lab' }) })],
    ['something else is new', () => dueTimes.forget(account)],
    ['the clocks may have jumped', () => dueTimes.forgetAll()],
  ])('is worked out anew where %s', (_, change) => {
    dueTimes.of(account);
    change();
    delay = 0;
    expect(dueTimes.of(account)).toBe(clock.monotonic());
  });
});
