import { describe, expect, it } from 'vitest';
import { liveDetails } from '../../../cli/output/account-details.ts';
import type { AccountView } from '../../../core/wire/schemas.ts';

const now = Date.UTC(2026, 10, 23, 12);
const at = (seconds: number): string => new Date(now + seconds * 1_000).toISOString();
const view: AccountView = {
  account: 'lab',
  service: 'oidc',
  title: 'Lab',
  state: 'active',
  scopes: [],
  store: 'keychain',
  tls_verified: true,
  serves: {},
};
const said = (changes: Partial<AccountView>) =>
  Object.fromEntries(liveDetails({ ...view, ...changes }, now).filter(([, value]) => value !== undefined));

describe('the details of an account', () => {
  it('are none where nothing is known', () => {
    expect(said({})).toEqual({});
  });

  it('give times as they are, and how far off', () => {
    expect(said({ last_refresh: at(-300), next_refresh: at(2_700), login_expires_at: at(10 * 86_400) })).toEqual({
      'Last refresh': '2026-11-23T11:55:00.000Z (5 min ago)',
      'Next refresh': '2026-11-23T12:45:00.000Z (in 45 min)',
      'Login ends': '2026-12-03T12:00:00.000Z (in 10 d)',
    });
  });

  it('tell a refresh that renews the token from one that only keeps the login alive', () => {
    expect(said({ expires_at: at(60), next_refresh: at(30) })).toHaveProperty('Next refresh');
    expect(said({ expires_at: at(60), next_refresh: at(7 * 86_400) })).toEqual({
      'Kept alive by a refresh': '2026-11-30T12:00:00.000Z (in 7 d)',
    });
  });

  it('name the class of an error, and no reason where all is well', () => {
    expect(said({ state: 'degraded', reason: 'unreachable' })).toEqual({ 'Error class': 'unreachable' });
    expect(said({ state: 'active', reason: 'x' })).toEqual({});
  });

  it.each([
    [60, undefined],
    [-60, undefined],
    [3_600, "the server's clock is 60 min ahead"],
    [-7_200, "the server's clock is 2 h behind"],
  ])('tell of a skew of %i s: %s', (skew, words) => {
    expect(said({ clock_skew: skew }).Clock).toBe(words);
  });
});
