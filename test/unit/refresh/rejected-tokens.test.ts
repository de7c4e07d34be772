import { beforeEach, describe, expect, it } from 'vitest';
import { Account } from '../../../core/accounts/account.ts';
import { MemoryStore } from '../../../core/keychain/memory-store.ts';
import type { RefreshResult } from '../../../core/refresh/refresher.ts';
import { RejectedTokens } from '../../../core/refresh/rejected-tokens.ts';
import { Secret } from '../../../core/secret.ts';
import { accountSettings } from '../../support/authorization-server.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordAt } from '../../support/records.ts';

class CountedRefreshes {
  readonly asked: string[] = [];

  async refresh(account: Account, options: { readonly forced: boolean }): Promise<RefreshResult> {
    this.asked.push(`${account.id}${options.forced ? ' forced' : ''}`);
    return { kind: 'failed' };
  }
}

describe('a token that a tool says was refused', () => {
  let clock: ManualClock;
  let refreshes: CountedRefreshes;
  let rejected: RejectedTokens;

  const signedIn = async (id: string, changes = {}): Promise<Account> => {
    const settings = accountSettings({ id, issuer: 'https://login.lab.example', ...changes });
    const account = new Account(settings, { store: new MemoryStore(), clock, changed: () => undefined });
    await account.load();
    await account.commit((generation) => recordAt(clock, { generation, accessToken: new Secret('in use') }));
    return account;
  };
  const report = (account: Account, token = 'in use') => rejected.report(account, new Secret(token));

  beforeEach(() => {
    clock = new ManualClock();
    refreshes = new CountedRefreshes();
    rejected = new RejectedTokens(refreshes, clock);
  });

  it('is refreshed, and not by force', async () => {
    await report(await signedIn('lab'));
    expect(refreshes.asked).toEqual(['lab']);
  });

  it('counts once, however often it is said', async () => {
    const lab = await signedIn('lab');
    await report(lab);
    clock.advance(3_600_000);
    await report(lab);
    expect(refreshes.asked).toEqual(['lab']);
  });

  it('counts once a minute, where each new one is refused too', async () => {
    const lab = await signedIn('lab');
    const renew = () => lab.commit((generation) => recordAt(clock, { generation, accessToken: new Secret('in use') }));
    await report(lab);
    await renew();
    clock.advance(59_999);
    await report(lab);
    expect(refreshes.asked).toEqual(['lab']);
    clock.advance(1);
    await report(lab);
    expect(refreshes.asked).toEqual(['lab', 'lab']);
    await renew();
    clock.advance(59_999);
    await report(lab);
    expect(refreshes.asked).toEqual(['lab', 'lab']);
  });

  it('counts for its own account', async () => {
    await report(await signedIn('lab'));
    await report(await signedIn('other'));
    expect(refreshes.asked).toEqual(['lab', 'other']);
  });

  it('is no matter where another one is in use by now', async () => {
    await report(await signedIn('lab'), 'the one before');
    expect(refreshes.asked).toEqual([]);
  });

  it('is left alone where a refresh kills the tokens in use', async () => {
    await report(await signedIn('lab', { refreshRevokesAccess: true }));
    expect(refreshes.asked).toEqual([]);
  });

  it('is no matter where nobody is signed in', async () => {
    const settings = accountSettings({ id: 'lab' });
    await report(new Account(settings, { store: new MemoryStore(), clock, changed: () => undefined }));
    expect(refreshes.asked).toEqual([]);
  });
});
