import { describe, expect, it } from 'vitest';
import { shortDuration } from '../../../core/tray/account-line.ts';
import { type MenuEntry, menuModel } from '../../../core/tray/menu-model.ts';
import { iconOf, type TrayOffers, type TrayView, tooltipOf } from '../../../core/tray/tray-view.ts';
import { needsPerson } from '../../../core/wire/account-needs.ts';
import type { AccountView } from '../../../core/wire/schemas.ts';
import { accountView } from '../../support/fake-broker.ts';

const now = Date.UTC(2026, 10, 23, 12);
const inSeconds = (seconds: number): string => new Date(now + seconds * 1_000).toISOString();
const onLinux: TrayOffers = { window: true, clipboard: 'in_window', tools: false };
const person = (name: string) => ({ issuer: 'https://login.example', subject: '1', name });

function viewOf(accounts: readonly AccountView[], changes: Partial<TrayView> = {}): TrayView {
  return { accounts, handOuts: undefined, online: true, configError: undefined, offers: onLinux, now, ...changes };
}

function drawn(entries: readonly MenuEntry[]): readonly string[] {
  return entries.map((entry) => (entry.kind === 'separator' ? '─' : entry.label.replace('\u2003', ' | ')));
}

function inside(entries: readonly MenuEntry[], words: string): readonly MenuEntry[] {
  const found = entries.find((entry) => entry.kind === 'submenu' && entry.label.includes(words));
  return found?.kind === 'submenu' ? found.entries : [];
}

const some: readonly AccountView[] = [
  accountView('github@work', { subject: person('ada'), expires_at: inSeconds(6 * 3_600 + 59) }),
  accountView('dataiku@prod', { state: 'login_required', reason: 'session_ended' }),
  accountView('lakebase@shop', {
    subject: { issuer: 'x', subject: '2', email: 'ada@shop.example' },
    expires_at: inSeconds(42 * 60 + 30),
  }),
  accountView('quilt@acme', { state: 'degraded', reason: 'unreachable', expires_at: inSeconds(12 * 60 + 30) }),
];

describe('the menu of the tray', () => {
  it('says who is signed in as whom, until when, and what to do next', () => {
    expect(drawn(menuModel(viewOf(some)))).toEqual([
      'Keytray: 1 account needs you',
      '─',
      '○ dataiku@prod | Sign in…',
      '● github@work | ada · 6 h left',
      '● lakebase@shop | ada@shop.example · 42 min left',
      '◐ quilt@acme | server not reachable, valid 12 min more',
      '─',
      'Sign in to all that need it (1)',
      'Pause hand-outs for 15 minutes',
      'Lock now',
      '─',
      'Revoke a leaked key…',
      'Open Keytray…',
      'Quit',
    ]);
  });

  it('offers what can be done with an account that works', () => {
    expect(drawn(inside(menuModel(viewOf(some)), 'github@work'))).toEqual([
      'Copy token…',
      'Refresh now',
      'Sign in as someone else…',
      'Details…',
      'Sign out',
    ]);
  });

  it('offers the sign-in first where one is needed soon', () => {
    const soon = accountView('quilt@acme', {
      state: 'degraded',
      reason: 'login_required',
      expires_at: inSeconds(60),
    });
    const menu = menuModel(viewOf([soon]));
    expect(drawn(menu)[2]).toBe('◐ quilt@acme | sign in again soon, valid 1 min more');
    expect(drawn(inside(menu, 'quilt'))[0]).toBe('Sign in again…');
    expect(drawn(menu)).toContain('Sign in to all that need it (1)');
  });

  it('keeps twelve accounts in sight, those who need somebody first', () => {
    const many = Array.from({ length: 30 }, (_, index) => accountView(`a${index}`));
    const menu = menuModel(viewOf([...many, accountView('late', { state: 'login_required' })]));
    const labels = drawn(menu);
    expect(labels[2]).toBe('○ late | Sign in…');
    expect(labels.filter((label) => /^[○●◐]/.test(label))).toHaveLength(12);
    expect(labels).toContain('More (19)');
    expect(inside(menu, 'More')).toHaveLength(19);
  });

  it('copies a token at once only where no other program can click it', () => {
    const copying = (clipboard: TrayOffers['clipboard']) =>
      inside(menuModel(viewOf(some, { offers: { ...onLinux, clipboard } })), 'github@work')[0];
    const details = { kind: 'details', account: 'github@work' };
    expect(copying('in_window')).toEqual({ kind: 'command', label: 'Copy token…', command: details });
    expect(copying('at_once')).toMatchObject({ command: { kind: 'copy_token' } });
    expect(copying('none')).toMatchObject({ label: 'Refresh now' });
  });

  it('leaves out what needs a window where there is none, and says how to do it in a terminal', () => {
    const offers: TrayOffers = { window: false, clipboard: 'none', tools: false };
    const menu = menuModel(viewOf(some, { offers }));
    expect(drawn(menu)).not.toContain('Open Keytray…');
    expect(drawn(inside(menu, 'github@work'))).toEqual(['Refresh now', 'Sign in as someone else…', 'Sign out']);
    expect(drawn(menuModel(viewOf([], { offers })))).toContain('Add one in a terminal: keytray accounts add');
    const locked = menuModel(viewOf(some, { offers, handOuts: { state: 'locked' } }));
    expect(locked).toContainEqual({ kind: 'text', label: 'Unlock in a terminal: keytray unlock' });
    const waiting = accountView('lab', { state: 'locked', reason: 'keychain_locked' });
    expect(menuModel(viewOf([waiting], { offers }))[2]).toEqual({ kind: 'text', label: '○ lab\u2003locked' });
  });

  it('has a way to revoke a leaked key where an account is of a service with keys, and there is a window', () => {
    const keys = [accountView('lab@quilt', { service: 'quilt' })];
    const revoke = { kind: 'command', label: 'Revoke a leaked key…', command: { kind: 'revoke_key' } };
    expect(menuModel(viewOf(keys)).slice(-4)).toEqual([
      { kind: 'separator' },
      revoke,
      { kind: 'command', label: 'Open Keytray…', command: { kind: 'open' } },
      { kind: 'command', label: 'Quit', command: { kind: 'quit' } },
    ]);
    expect(menuModel(viewOf(keys, { offers: { ...onLinux, window: false } }))).not.toContainEqual(revoke);
    expect(menuModel(viewOf([accountView('github')]))).not.toContainEqual(revoke);
  });

  it('leads to the first account where there is none', () => {
    expect(drawn(menuModel(viewOf([])))[2]).toBe('Add an account…');
  });

  it('offers the command line where nothing else puts it on PATH', () => {
    expect(drawn(menuModel(viewOf(some, { offers: { ...onLinux, tools: true } })))).toContain(
      'Install command line tools…',
    );
  });

  it('says first that the configuration cannot be read', () => {
    const view = viewOf(some, { configError: 'config.yaml:3: unknown service' });
    expect(drawn(menuModel(view))[0]).toBe('Keytray: the configuration has a mistake');
    expect([iconOf(view), tooltipOf(view)]).toEqual(['attention', 'Keytray: the configuration has a mistake']);
  });

  it('says how long hand-outs are paused, and how to go on', () => {
    const until = new Date(2026, 10, 23, 15, 20).toISOString();
    const paused = drawn(menuModel(viewOf(some, { handOuts: { state: 'paused', until } })));
    expect(paused).toContain('Resume hand-outs (paused until 15:20)');
    const locked = drawn(menuModel(viewOf(some, { handOuts: { state: 'locked' } })));
    expect(locked[0]).toBe('Keytray is locked');
    expect(locked).toContain('Unlock…');
    expect(locked).not.toContain('Lock now');
  });

  it('is equal for views that show the same, so that an open menu is left alone', () => {
    expect(menuModel(viewOf(some, { now: now + 5_000 }))).toEqual(menuModel(viewOf(some)));
    expect(menuModel(viewOf(some, { now: now + 60_000 }))).not.toEqual(menuModel(viewOf(some)));
  });
});

describe('the icon and its words', () => {
  const login = (state: 'started' | 'requested') => ({ login_id: '1', account: 'lab', state });

  it.each([
    ['ok', viewOf([accountView('lab')])],
    ['ok', viewOf([])],
    ['ok', viewOf([accountView('lab', { state: 'signed_out', reason: 'signed_out' })])],
    ['attention', viewOf([accountView('lab', { state: 'login_required' })])],
    ['attention', viewOf([accountView('lab', { state: 'signed_out', login: login('requested') })])],
    ['attention', viewOf([accountView('lab', { state: 'degraded', reason: 'misconfigured' })])],
    ['ok', viewOf([accountView('lab', { state: 'degraded', reason: 'unreachable' })])],
    ['busy', viewOf([accountView('lab', { state: 'login_required' }), accountView('b', { login: login('started') })])],
    ['offline', viewOf([accountView('lab')], { online: false })],
    ['locked', viewOf([accountView('lab', { state: 'locked', reason: 'keychain_locked' })])],
    ['ok', viewOf([accountView('lab', { state: 'locked', reason: 'not_read_yet' })])],
    ['locked', viewOf([accountView('lab')], { handOuts: { state: 'locked' } })],
  ] as const)('%s', (icon, view) => {
    expect(iconOf(view)).toBe(icon);
  });

  it('are one sentence', () => {
    expect(tooltipOf(viewOf([...some, accountView('a')]))).toBe('Keytray: 4 signed in, 1 needs you');
    const off = viewOf([accountView('a')], { online: false, handOuts: { state: 'paused' } });
    expect(tooltipOf(off)).toBe('Keytray: 1 signed in, hand-outs paused, offline');
    expect(tooltipOf(viewOf([]))).toBe('Keytray: no account yet');
  });

  it('leave an account alone whose person signed out', () => {
    expect(needsPerson(accountView('lab', { state: 'signed_out' }))).toBe(false);
  });
});

it('says durations in one unit', () => {
  const texts = [30, 60, 3_599, 3_600, 47 * 3_600, 48 * 3_600].map(shortDuration);
  expect(texts).toEqual(['under a minute', '1 min', '59 min', '1 h', '47 h', '2 days']);
});
