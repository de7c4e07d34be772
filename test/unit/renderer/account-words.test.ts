import { describe, expect, it } from 'vitest';
import { accountStates } from '../../../core/wire/schemas.ts';
import type { AccountView } from '../../../ipc/views.ts';
import { noFilter, visibleAccounts } from '../../../renderer/accounts/filter.ts';
import {
  needsPerson,
  primaryAction,
  servedWords,
  stateWords,
  summary,
  tokenLife,
  troubleSentence,
} from '../../../renderer/accounts/words.ts';

const now = Date.parse('2026-11-23T09:00:00.000Z');
const at = (seconds: number): string => new Date(now + seconds * 1_000).toISOString();

function view(fields: Partial<AccountView> = {}): AccountView {
  return {
    account: 'lab',
    service: 'oidc',
    title: 'lab',
    state: 'active',
    scopes: [],
    store: 'keychain',
    tls_verified: true,
    serves: {},
    ...fields,
  };
}

describe('what an account is said to be', () => {
  it('has words of its own for every state', () => {
    const words = accountStates.map((state) => stateWords({ state }).text);
    expect(new Set(words).size).toBe(accountStates.length);
  });

  it('tells how long the token is good for, and of what', () => {
    const life = (fields: Partial<AccountView>) => tokenLife(view(fields), now);
    expect(life({ expires_at: at(1_800), last_refresh: at(-1_800) })).toEqual({
      share: 0.5,
      text: '30 min left',
      low: false,
    });
    expect(life({ expires_at: at(600) })).toMatchObject({ share: undefined, text: '10 min left' });
    expect(life({})).toMatchObject({ text: 'does not expire' });
    expect(life({ expires_at: at(-1), last_refresh: at(-60) })).toMatchObject({ text: 'renewed when used' });
    expect(life({ expires_at: at(60), last_refresh: at(120) })).toMatchObject({ share: undefined });
    expect(life({ state: 'degraded', expires_at: at(60) })).toMatchObject({ low: true });
    for (const state of ['signed_out', 'signing_in', 'login_required', 'locked'] as const) {
      expect(life({ state, expires_at: at(60) })).toBe(undefined);
    }
  });

  it('offers one thing to do', () => {
    const action = (fields: Partial<AccountView>) => primaryAction(view(fields), now);
    expect(action({})).toBe('copy_token');
    expect(action({ login_expires_at: at(3_600) })).toBe('renew');
    expect(action({ login_expires_at: at(100_000) })).toBe('copy_token');
    expect(action({ state: 'signed_out' })).toBe('sign_in');
    expect(action({ state: 'login_required' })).toBe('sign_in');
    expect(action({ state: 'signing_in' })).toBe('cancel');
    expect(action({ state: 'degraded', reason: 'unreachable' })).toBe('retry');
    expect(action({ state: 'degraded', reason: 'login_required' })).toBe('sign_in');
    // A new sign-in does not help there.
    expect(action({ state: 'degraded', reason: 'misconfigured' })).toBe('none');
    expect(action({ state: 'locked', reason: 'keychain_locked' })).toBe('none');
    expect(action({ state: 'locked', reason: 'keychain_absent' })).toBe('choose_store');
    expect(action({ state: 'locked', reason: 'keychain_corrupt' })).toBe('sign_in');
    expect(action({ state: 'locked', reason: 'encrypted_file_locked' })).toBe('unlock');
  });

  it('says what the matter is only where something is', () => {
    expect(troubleSentence(view(), now)).toBe(undefined);
    expect(troubleSentence(view({ state: 'signed_out', reason: 'never_signed_in' }), now)).toBe(undefined);
    expect(troubleSentence(view({ login_expires_at: at(7_200) }), now)).toBe('This sign-in ends in 2 h.');
    expect(troubleSentence(view({ state: 'degraded', reason: 'unreachable', expires_at: at(720) }), now)).toBe(
      'The server cannot be reached; Keytray keeps trying. The token still works for 12 min.',
    );
    // Protocol words belong under the fold.
    const refused = view({ state: 'degraded', reason: 'misconfigured', reason_description: '(invalid_client): no' });
    expect(troubleSentence(refused, now)).not.toContain('invalid_client');
  });

  it('counts who is signed in and who needs a person', () => {
    expect(summary([])).toBe('0 signed in');
    expect(summary([view(), view({ state: 'degraded', reason: 'unreachable' })])).toBe('2 signed in');
    expect(summary([view(), view({ state: 'login_required' })])).toBe('1 signed in, 1 needs you');
    expect(summary([view({ state: 'locked' }), view({ state: 'login_required' })])).toBe('0 signed in, 2 need you');
    expect(needsPerson(view({ state: 'signed_out' }))).toBe(false);
  });

  it('names the tools it serves', () => {
    expect(servedWords(view())).toBe('no tool yet');
    expect(servedWords(view({ serves: { git: ['a', 'b'] } }))).toBe('git');
    expect(servedWords(view({ serves: { git: ['a'], docker: ['b'], aws: ['c'], npm: ['d'] } }))).toBe(
      'git, docker and 2 more',
    );
  });
});

describe('which accounts are shown', () => {
  const accounts = [
    view({ account: 'b', title: 'B', environment: 'prod', serves: { git: ['git.acme.example'] } }),
    view({ account: 'c', title: 'C', state: 'login_required', environment: 'dev' }),
    view({ account: 'a', title: 'A', state: 'signed_out', subject: { issuer: 'i', subject: 's', name: 'Ada' } }),
  ];
  const shown = (filter: Partial<typeof noFilter>): readonly string[] =>
    visibleAccounts(accounts, { ...noFilter, ...filter }).map(({ account }) => account);

  it('puts those first that need a person, then goes by name', () => {
    expect(shown({})).toEqual(['c', 'a', 'b']);
    expect(visibleAccounts([...accounts].reverse(), noFilter).map(({ account }) => account)).toEqual(['c', 'a', 'b']);
  });

  it('finds by every word, in whatever is known of the account', () => {
    expect(shown({ text: 'ACME git' })).toEqual(['b']);
    expect(shown({ text: 'ada' })).toEqual(['a']);
    expect(shown({ text: 'acme dev' })).toEqual([]);
  });

  it('filters by state and environment', () => {
    expect(shown({ state: 'needs_you' })).toEqual(['c']);
    expect(shown({ state: 'signed_in' })).toEqual(['b']);
    expect(shown({ state: 'signed_out' })).toEqual(['a']);
    expect(shown({ environment: 'dev' })).toEqual(['c']);
    expect(shown({ environment: 'prod', state: 'signed_out' })).toEqual([]);
  });
});
