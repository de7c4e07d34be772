import { describe, expect, it } from 'vitest';
import { textWidth } from '../../../cli/output/printable.ts';
import { formatStatusTable } from '../../../cli/output/status-table.ts';
import { type AccountView, accountStates } from '../../../core/wire/schemas.ts';

const now = Date.parse('2026-11-23T09:00:00Z');

function view(account: string, changes: Partial<AccountView>): AccountView {
  return {
    account,
    service: 'oidc',
    title: account,
    state: 'active',
    scopes: [],
    store: 'keychain',
    tls_verified: true,
    serves: {},
    ...changes,
  };
}

const ada = { issuer: 'https://github.com', subject: '1', name: 'ada' };
const table = (views: readonly AccountView[], columns = 80): string =>
  formatStatusTable(views, { now, columns, colour: false });

describe('formatStatusTable', () => {
  it('says who is signed in, for how long, and what comes next', () => {
    const text = table([
      view('github@work', {
        subject: ada,
        expires_at: '2026-11-23T15:30:00.000Z',
        next_refresh: '2026-11-23T13:10:00.000Z',
      }),
      view('dataiku@prod', { state: 'login_required', reason: 'session_ended' }),
    ]);
    expect(text).toBe(
      [
        'ACCOUNT        STATE            WHO   LEFT   NEXT',
        'github@work    active           ada   6 h    refresh in 4 h',
        'dataiku@prod   sign-in needed   -     -      keytray login dataiku@prod',
        '',
      ].join('\n'),
    );
  });

  it.each<[string, Partial<AccountView>, string]>([
    ['a token that nobody uses', { next_refresh: '2026-11-29T09:00:00Z' }, 'renewed when used'],
    ['one of unknown lifetime', { next_refresh: '2026-11-29T09:00:00Z', expires_at: undefined }, 'renewed when used'],
    ['one that cannot be renewed', {}, 'sign in again in 59 min'],
    ['one that never ends', { expires_at: undefined }, '-'],
    [
      'a login that ends today',
      { next_refresh: '2026-11-23T09:30:00Z', login_expires_at: '2026-11-23T14:00:00Z' },
      'sign in again in 5 h',
    ],
  ])('%s: %s', (_what, changes, next) => {
    const { expires_at = '2026-11-23T09:59:00Z', ...more } = changes;
    const expires = 'expires_at' in changes ? {} : { expires_at };
    expect(table([view('lab', { ...expires, ...more })]).split('\n')[1]).toMatch(new RegExp(` ${next}$`));
  });

  it.each([
    ['signing_in', 'sign_in_open', 'finish in the browser'],
    ['signed_out', 'never_signed_in', 'keytray login lab'],
    ['degraded', 'unreachable', 'Keytray keeps trying'],
    ['degraded', 'login_required', 'keytray login lab'],
    ['degraded', 'misconfigured', 'correct its configuration'],
    ['locked', 'keychain_locked', 'unlock the keychain'],
    ['locked', 'keychain_absent', 'start a keychain'],
    ['locked', 'encrypted_file_locked', 'keytray unlock'],
    ['locked', 'not_read_yet', 'wait for the keychain'],
  ] as const)('%s because %s: %s', (state, reason, next) => {
    expect(
      table([view('lab', { state, reason })])
        .split('\n')[1]
        ?.endsWith(next),
    ).toBe(true);
  });

  it('signing_in with a code only: enter it', () => {
    const login = {
      login_id: 'l1',
      account: 'lab',
      state: 'started',
      verification_uri: 'https://lab.example/device',
    } as const;
    const next = (changes: object) =>
      table([view('lab', { state: 'signing_in', login: { ...login, ...changes } })]).split('\n')[1];
    expect(next({})).toMatch(/enter the code$/);
    expect(next({ authorization_url: 'https://lab.example/auth' })).toMatch(/finish in the browser$/);
  });

  it('shows no time left once it has run out', () => {
    const text = table([view('lab', { state: 'degraded', expires_at: '2026-11-23T08:59:59.000Z' })]);
    expect(text.split('\n')[1]).toMatch(/^lab\s+degraded\s+-\s+-\s+/);
  });

  it('fits 80 columns whatever the names', () => {
    const id = `${'a'.repeat(31)}@${'b'.repeat(32)}`;
    const subject = {
      issuer: 'https://login.example',
      subject: 's',
      name: 'Ada King, Countess of Lovelace, née Byron',
    };
    const views = accountStates.map((state) =>
      view(id, { state, subject, expires_at: '2026-11-23T15:30:00.000Z', next_refresh: '2026-11-23T13:10:00.000Z' }),
    );
    for (const line of table(views).split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(80);
  });

  it('uses the width of a wider terminal', () => {
    const id = 'databricks@a-rather-long-workspace-name';
    expect(table([view(id, { state: 'signed_out' })], 160)).toContain(`keytray login ${id}\n`);
  });

  it('colours the state and nothing else', () => {
    const painted = formatStatusTable([view('lab', {})], { now, columns: 80, colour: true });
    expect(painted).toContain('\u001b[32mactive\u001b[39m');
    expect(painted.replace('\u001b[32m', '').replace('\u001b[39m', '')).toBe(table([view('lab', {})]));
  });
});
