import { beforeEach, describe, expect, it } from 'vitest';
import { Account } from '../../../core/accounts/account.ts';
import type { RefreshFailure } from '../../../core/accounts/refresh-problem.ts';
import type { TokenRecord } from '../../../core/accounts/token-record.ts';
import { KeytrayError } from '../../../core/errors.ts';
import { plainNeed, type TokenNeed } from '../../../core/hand-out/hand-out.ts';
import { TokenHandOut } from '../../../core/hand-out/token-hand-out.ts';
import type { TokenReply } from '../../../core/oauth/token-reply.ts';
import type { RefreshResult } from '../../../core/refresh/refresher.ts';
import { Secret } from '../../../core/secret.ts';
import { PendingLogins } from '../../../core/sign-in/pending-logins.ts';
import { MemoryStore } from '../../../core/stores/memory-store.ts';
import { accountSettings } from '../../support/authorization-server.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordAt } from '../../support/records.ts';

/** Meets the failures given, one after the other, then succeeds with a token called `renewed`. */
class ScriptedRefreshes {
  /** What the renewed record has beside its access token. */
  brings: Partial<TokenRecord> = {};
  failures: (RefreshFailure | Error | Exclude<RefreshResult['kind'], 'refreshed' | 'failed'>)[] = [];
  readonly asked: string[] = [];
  readonly #clock: ManualClock;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  async refresh(account: Account, { forced }: { readonly forced: boolean }): Promise<RefreshResult> {
    this.asked.push(forced ? 'forced' : 'asked');
    const next = this.failures.shift();
    if (next instanceof Error) throw next;
    if (typeof next === 'string') return { kind: next };
    if (next !== undefined) {
      account.noteFailure(account.record?.generation ?? 0, next, { now: this.#clock.monotonic(), random: 0.5, forced });
      return { kind: 'failed' };
    }
    const accessToken = new Secret('renewed');
    await account.commit((generation) => recordAt(this.#clock, { generation, accessToken, ...this.brings }));
    return { kind: 'refreshed' };
  }

  async exchange(): Promise<TokenReply> {
    throw new KeytrayError('login_required', 'not for you');
  }
}

const said = { retryAfter: undefined, why: 'as it was said' };
const transient = { kind: 'transient', ...said } as const;
const invalidGrant = { kind: 'invalid_grant', ...said } as const;
const idTokenOf = (claims: object) =>
  new Secret(`e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`);

describe('a token that is asked for', () => {
  let clock: ManualClock;
  let refreshes: ScriptedRefreshes;
  let logins: PendingLogins;
  let account: Account;
  let desk: TokenHandOut;
  let askers: (string | undefined)[];

  const signIn = (changes: Partial<TokenRecord> = {}) =>
    account.commit((generation) => recordAt(clock, { generation, ...changes }));
  const ask = (need: Partial<TokenNeed> = {}) =>
    desk.handOut(account, { ...plainNeed, ...need }, new AbortController().signal);
  const token = async (need: Partial<TokenNeed> = {}) => (await ask(need)).token.reveal();
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  beforeEach(async () => {
    clock = new ManualClock();
    refreshes = new ScriptedRefreshes(clock);
    logins = new PendingLogins(clock, () => undefined);
    askers = [];
    const settings = accountSettings({ issuer: 'https://login.lab.example', clientId: 'keytray' });
    account = new Account(settings, { store: new MemoryStore(), clock, changed: () => undefined });
    const asked = (_account: Account, asker: string | undefined) => askers.push(asker);
    desk = new TokenHandOut({ refresher: refreshes, logins, clock, asked });
  });

  it('is told with what belongs to it, and counts as use', async () => {
    await signIn();
    clock.advance(60_000);
    expect(account.lastHandOut).toBeUndefined();
    expect(await ask()).toMatchObject({ tokenType: 'bearer', scope: 'openid', secondsLeft: 3_540 });
    expect(account.lastHandOut).toBe(clock.uptime());
    expect(refreshes.asked).toEqual([]);
  });

  it('is promised no lifetime where the server gave none', async () => {
    await signIn({ lifetime: undefined });
    expect((await ask()).secondsLeft).toBeUndefined();
  });

  it('is refreshed when too little is left, or by force', async () => {
    await signIn();
    clock.advance(3_300_000);
    expect(await token()).toBe('access-1');
    clock.advance(1_000);
    expect(await token()).toBe('renewed');
    expect(await token({ force: true })).toBe('renewed');
    expect(refreshes.asked).toEqual(['asked', 'forced']);
  });

  it('is the old one while it lasts, but not for who insists', async () => {
    await signIn();
    clock.advance(3_599_000);
    refreshes.failures = [transient, 'not_now', 'not_now', transient];
    expect(await token()).toBe('access-1');
    const words = {
      code: 'temporarily_unavailable',
      account: 'lab',
      message: 'no fresh token for Lab: as it was said',
    };
    await expect(ask({ minTtl: 60 })).rejects.toMatchObject({ ...words, retryAfter: 1 });
    await expect(ask({ force: true })).rejects.toMatchObject(words);
    clock.advance(1_000);
    await expect(ask()).rejects.toMatchObject({ ...words, retryAfter: 2 });
  });

  it('is not there where another refresh won', async () => {
    await signIn();
    clock.advance(3_600_000);
    refreshes.failures = ['not_now'];
    await expect(ask()).rejects.toMatchObject({
      code: 'temporarily_unavailable',
      message: 'no fresh token for Lab: another refresh came first',
      retryAfter: 1,
    });
  });

  it('is not there where the server refuses the client', async () => {
    await signIn();
    clock.advance(3_600_000);
    refreshes.failures = [{ kind: 'misconfigured', error: 'invalid_client', ...said }];
    await expect(ask()).rejects.toMatchObject({
      code: 'misconfigured',
      account: 'lab',
      message: 'as it was said',
    });
  });

  it('is the old one too while the store refuses the new one', async () => {
    await signIn();
    clock.advance(3_599_000);
    const locked = new KeytrayError('keychain_locked', 'locked');
    refreshes.failures = [locked, locked, locked, new TypeError('a fault of ours'), locked];
    expect(await token()).toBe('access-1');
    await expect(ask({ minTtl: 60 })).rejects.toBe(locked);
    await expect(ask({ force: true })).rejects.toBe(locked);
    await expect(ask()).rejects.toThrow('a fault of ours');
    clock.advance(1_000);
    await expect(ask()).rejects.toBe(locked);
  });

  it('waits two seconds for the second look at a suspicious answer', async () => {
    await signIn();
    clock.advance(3_600_000);
    refreshes.failures = [invalidGrant];
    const asking = token();
    await settle();
    clock.advance(2_000);
    await settle();
    expect(refreshes.asked).toEqual(['asked']);
    clock.advance(25);
    expect(await asking).toBe('renewed');
    expect(refreshes.asked).toEqual(['asked', 'asked']);
  });

  it('does not wait where the server wants to be left alone for longer', async () => {
    await signIn();
    clock.advance(3_600_000);
    refreshes.failures = [{ ...invalidGrant, retryAfter: 60 }];
    await expect(ask()).rejects.toMatchObject({ code: 'temporarily_unavailable', retryAfter: 60 });
  });

  it('is looked at twice behind the back of who has a valid one', async () => {
    await signIn();
    clock.advance(3_599_000);
    refreshes.failures = [invalidGrant, new Error('nobody hears of it')];
    expect(await token()).toBe('access-1');
    clock.advance(2_024);
    expect(refreshes.asked).toEqual(['asked']);
    clock.advance(1);
    await settle();
    expect(refreshes.asked).toEqual(['asked', 'asked']);
    expect(clock.untilNextTimer).toBeUndefined();
  });

  it('needs a sign-in once the session has ended', async () => {
    await signIn();
    clock.advance(3_600_000);
    refreshes.failures = [invalidGrant];
    const asking = ask({ asker: 'git' });
    await settle();
    refreshes.failures = [invalidGrant];
    clock.advance(2_025);
    const failure = await asking.catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'login_required',
      account: 'lab',
      loginId: logins.of('lab')?.id,
      message: 'Lab needs a sign-in',
    });
    expect(askers).toEqual(['git']);
  });

  it('needs a sign-in where there is no refresh token', async () => {
    await signIn({ refreshToken: undefined });
    clock.advance(3_600_000);
    refreshes.failures = ['no_refresh_token'];
    await expect(ask()).rejects.toMatchObject({ code: 'login_required' });
    expect(logins.of('lab')?.phase.kind).toBe('requested');
  });

  it('comes with the sign-in somebody waits for', async () => {
    const asking = token({ wait: 60, asker: 'curl' });
    await settle();
    expect(askers).toEqual(['curl']);
    await signIn({ accessToken: new Secret('signed in') });
    logins.of('lab')?.become({ kind: 'succeeded', identity: undefined });
    expect(await asking).toBe('signed in');
    expect(clock.untilNextTimer).toBe(600_000);
  });

  it.each(['cancelled', 'expired'] as const)('does not come where the sign-in is %s', async (kind) => {
    const asking = ask({ wait: 60 });
    await settle();
    const login = logins.of('lab');
    login?.become({ kind });
    await expect(asking).rejects.toMatchObject({ code: 'login_required', loginId: login?.id });
  });

  it('is waited for no longer than was said', async () => {
    const asking = ask({ wait: 60 });
    await settle();
    expect(clock.untilNextTimer).toBe(60_000);
    clock.advance(60_000);
    await expect(asking).rejects.toMatchObject({ code: 'login_required', loginId: logins.of('lab')?.id });
    await expect(ask()).rejects.toMatchObject({ code: 'login_required' });
  });

  it('for another audience needs a sign-in as well', async () => {
    await signIn();
    for (const need of [{ audience: 'api' }, { scope: 'read' }]) {
      const failure = await ask({ ...need, asker: 'curl' }).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'login_required', loginId: logins.of('lab')?.id });
    }
    expect(askers).toEqual(['curl', 'curl']);
  });

  it('for who the person is has a life of its own', async () => {
    const iat = clock.now() / 1_000;
    const idToken = idTokenOf({ iat, exp: iat + 600 });
    await signIn({ idToken });
    const need = { kind: 'id' } as const;
    expect(await ask(need)).toEqual({ token: idToken, tokenType: 'id_token', scope: 'openid', secondsLeft: 600 });
    clock.advance(480_000);
    expect((await ask(need)).secondsLeft).toBe(120);
    expect(refreshes.asked).toEqual([]);
    clock.advance(1_000);
    await expect(ask(need)).rejects.toMatchObject({
      code: 'misconfigured',
      account: 'lab',
      message: 'the server gave no ID token',
    });
    expect(refreshes.asked).toEqual(['asked']);
  });

  it('for who the person is never comes when it has ended, not even with the refresh that brought it', async () => {
    const iat = clock.now() / 1_000;
    await signIn({ idToken: idTokenOf({ iat: iat - 600, exp: iat }) });
    for (const past of [0, 20]) {
      refreshes.brings = { idToken: idTokenOf({ iat: iat - 600, exp: iat - past }), idTokenRenewed: true };
      for (const need of [{}, { force: true }, { minTtl: 0 }]) {
        const failure = await ask({ kind: 'id', ...need }).catch((error: unknown) => error);
        expect(failure).toMatchObject({ code: 'login_required', message: 'the ID token of Lab has ended' });
      }
    }
    expect(await token()).toBe('renewed');
  });

  it('for who the person is goes by the access token where it cannot be read', async () => {
    await signIn({ idToken: new Secret('opaque') });
    expect((await ask({ kind: 'id' })).secondsLeft).toBe(3_600);
  });
});
