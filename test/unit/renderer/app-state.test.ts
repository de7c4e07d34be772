import { describe, expect, it } from 'vitest';
import type { AccountView, Activity, AppEvent, LoginView, StatusView } from '../../../ipc/views.ts';
import { afterEvent, emptyState, withActivity, withLogin } from '../../../renderer/state/app-state.ts';

const account = (id: string, fields: Partial<AccountView> = {}): AccountView => ({
  account: id,
  service: 'oidc',
  title: id,
  state: 'active',
  scopes: [],
  store: 'memory',
  tls_verified: true,
  serves: {},
  ...fields,
});

const status = (accounts: readonly AccountView[]): StatusView => ({
  version: '0.1.0',
  pid: 1,
  started_at: '2026-11-23T09:00:00.000Z',
  kind: 'desktop',
  keychain: { backend: 'memory', state: 'unlocked' },
  config: { files: [] },
  accounts: [...accounts],
  logins: [],
});

const heard = (...events: readonly AppEvent[]) => events.reduce(afterEvent, emptyState);
const broker = (event: (AppEvent & { type: 'broker' })['event']): AppEvent => ({ type: 'broker', event });

describe('what pages know', () => {
  it('follows accounts as they come, change and go', () => {
    const state = heard(
      broker({ type: 'state', status: status([account('a'), account('b')]) }),
      broker({ type: 'account', account: account('b', { state: 'locked' }) }),
      broker({ type: 'account', account: account('c') }),
      broker({ type: 'account_removed', account: 'a' }),
    );
    expect([...state.accounts.values()].map(({ account: id, state: is }) => `${id} ${is}`)).toEqual([
      'b locked',
      'c active',
    ]);
  });

  it('forgets accounts that a new full state no longer has', () => {
    const state = heard(
      broker({ type: 'state', status: status([account('a')]) }),
      broker({ type: 'state', status: status([account('b')]) }),
    );
    expect([...state.accounts.keys()]).toEqual(['b']);
  });

  it('keeps the code of a sign-in, which is told only once, for as long as that sign-in is open', () => {
    const open: LoginView = { login_id: '1', account: 'a', state: 'started' };
    const begun = withLogin(emptyState, { ...open, user_code: 'ABCD-EFGH' });
    const still = afterEvent(begun, broker({ type: 'login', login: open }));
    expect(still.logins.get('a')?.user_code).toBe('ABCD-EFGH');
    const over = afterEvent(still, broker({ type: 'login', login: { ...open, state: 'succeeded' } }));
    expect(over.logins.get('a')?.user_code).toBe(undefined);
    const other = afterEvent(still, broker({ type: 'login', login: { ...open, login_id: '2' } }));
    expect(other.logins.get('a')?.user_code).toBe(undefined);
  });

  it('asks nothing about a sign-in any more once the broker does not', () => {
    const open: LoginView = { login_id: '1', account: 'a', state: 'started' };
    const begun = withLogin(emptyState, { ...open, user_code: 'ABCD-EFGH', confirm: { who: 'bob' }, note: 'n' });
    const settled = afterEvent(begun, broker({ type: 'login', login: open })).logins.get('a');
    expect(settled).toEqual({ ...open, user_code: 'ABCD-EFGH' });
  });

  it('shows activity once and newest first, however it arrives, and when each account was last used', () => {
    const entry = (id: number, of: string): Activity => ({
      id,
      at: `2026-11-23T09:00:0${id}.000Z`,
      account: of,
      what: { kind: 'handed_out', protocol: 'git', consumer: { pid: 1 } },
    });
    const early = heard({ type: 'activity', activity: entry(3, 'a') });
    const all = withActivity(early, [...early.activity, entry(2, 'b'), entry(3, 'a'), entry(1, 'a')]);
    const later = [entry(4, 'b'), entry(4, 'b')].reduce(
      (state, activity) => afterEvent(state, { type: 'activity', activity }),
      all,
    );
    expect(later.activity.map(({ id }) => id)).toEqual([4, 3, 2, 1]);
    expect(Object.fromEntries(later.lastHandOut)).toEqual({
      a: '2026-11-23T09:00:03.000Z',
      b: '2026-11-23T09:00:04.000Z',
    });
  });
});
