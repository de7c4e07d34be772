import { beforeEach, describe, expect, it } from 'vitest';
import { Account } from '../../../core/accounts/account.ts';
import { refreshRevokesAccess } from '../../../core/accounts/learned.ts';
import type { TokenRecord } from '../../../core/accounts/token-record.ts';
import { RejectedTokens } from '../../../core/hand-out/rejected-tokens.ts';
import type { TokenCheck } from '../../../core/oauth/token-check.ts';
import { FormerTokens } from '../../../core/refresh/former-tokens.ts';
import type { RefreshResult } from '../../../core/refresh/refresher.ts';
import { Secret } from '../../../core/secret.ts';
import { MemoryStore } from '../../../core/stores/memory-store.ts';
import { accountSettings } from '../../support/authorization-server.ts';
import { Log } from '../../support/broker.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordAt } from '../../support/records.ts';

class CountedRefreshes {
  readonly asked: string[] = [];
  readonly former: FormerTokens;

  constructor(clock: ManualClock) {
    this.former = new FormerTokens(clock);
  }

  async refresh(account: Account, options: { readonly forced: boolean }): Promise<RefreshResult> {
    this.asked.push(`${account.id}${options.forced ? ' forced' : ''}`);
    return { kind: 'failed' };
  }
}

describe('a token that a tool says was refused', () => {
  let clock: ManualClock;
  let refreshes: CountedRefreshes;
  let rejected: RejectedTokens;
  /** What the server says of a token, by its text. */
  let verdicts: Record<string, TokenCheck>;
  let checked: string[];

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
    refreshes = new CountedRefreshes(clock);
    verdicts = {};
    checked = [];
    const check = async (_account: Account, _record: TokenRecord, token: Secret): Promise<TokenCheck> => {
      checked.push(token.reveal());
      return verdicts[token.reveal()] ?? 'unknown';
    };
    const checkKey = async () => undefined;
    rejected = new RejectedTokens({ refresher: refreshes, check, checkKey, clock, logger: new Log() });
  });

  it('is refreshed, and not by force', async () => {
    await report(await signedIn('lab'));
    expect(refreshes.asked).toEqual(['lab']);
  });

  it('by a call of our own counts no more than by a tool, and a key cannot be renewed', async () => {
    const lab = await signedIn('lab');
    for (const _call of [1, 2, 3]) {
      expect(await rejected.renewed(lab, new Secret('in use'))).toBe(false);
      clock.advance(120_000);
    }
    expect(refreshes.asked).toEqual(['lab']);
    expect(await rejected.renewed(lab, new Secret('the one before'))).toBe(true);
    const key = await signedIn('key', { grant: { kind: 'api_key', expiresAt: undefined } });
    expect(await rejected.renewed(key, new Secret('in use'))).toBe(false);
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

  it.each<[TokenCheck, number]>([
    ['unknown', 0],
    ['accepted', 0],
    ['refused', 1],
  ])(
    'is refreshed, where a refresh kills the tokens in use, only on the word of the server: %s',
    async (said, count) => {
      verdicts['in use'] = said;
      await report(await signedIn('lab', { refreshRevokesAccess: true }));
      expect(refreshes.asked).toHaveLength(count);
    },
  );

  it('is no matter where nobody is signed in', async () => {
    const settings = accountSettings({ id: 'lab' });
    await report(new Account(settings, { store: new MemoryStore(), clock, changed: () => undefined }));
    expect(refreshes.asked).toEqual([]);
  });

  describe('and that a refresh has replaced', () => {
    const dead = { former: 'refused', 'in use': 'accepted' } as const;
    /** With 3,000 s of the former token left. */
    const renewed = async (changes = {}, former: Partial<TokenRecord> = {}): Promise<Account> => {
      const lab = await signedIn('lab', changes);
      const before = recordAt(clock, { accessToken: new Secret('former'), ...former });
      clock.advance(600_000);
      refreshes.former.replaced(lab, before);
      return lab;
    };

    it('shows that a refresh kills it, where the server refuses it before its end and takes the new one', async () => {
      const lab = await renewed();
      verdicts = dead;
      expect(refreshRevokesAccess(lab)).toBe(false);
      await report(lab, 'former');
      expect(refreshRevokesAccess(lab)).toBe(true);
      expect(refreshes.asked).toEqual([]);
    });

    it.each<[string, Record<string, TokenCheck>]>([
      ['is still good', { ...dead, former: 'accepted' }],
      ['cannot be asked about', { ...dead, former: 'unknown' }],
      ['is refused like every other', { ...dead, 'in use': 'refused' }],
    ])('shows nothing where it %s', async (_how, said) => {
      const lab = await renewed();
      verdicts = said;
      await report(lab, 'former');
      expect(refreshRevokesAccess(lab)).toBe(false);
    });

    it.each([
      ['it is not the one before', async () => report(await renewed(), 'older')],
      [
        'its own end has come',
        async () => {
          const lab = await renewed();
          clock.advance(2_996_000);
          await report(lab, 'former');
        },
      ],
      ['no end was promised', async () => report(await renewed({}, { lifetime: undefined }), 'former')],
      ['another sign-in has come since', async () => report(await renewed({}, { signedInAt: 1 }), 'former')],
      [
        'the configuration says that a refresh kills none',
        async () => report(await renewed({ refreshRevokesAccess: false }), 'former'),
      ],
      [
        'the server was asked within the minute',
        async () => {
          const lab = await renewed();
          await report(lab, 'former');
          checked = [];
          await report(lab, 'former');
        },
      ],
    ])('is no matter where %s', async (_why, reported) => {
      verdicts = { former: 'accepted' };
      await reported();
      expect(checked).toEqual([]);
    });
  });
});
