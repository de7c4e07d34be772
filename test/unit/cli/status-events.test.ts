import { expect, it } from 'vitest';
import { applyEvent } from '../../../cli/status-events.ts';
import type { AccountView, StatusView } from '../../../core/wire/schemas.ts';

const view = (account: string, state: AccountView['state'] = 'active'): AccountView => ({
  account,
  service: 'oidc',
  title: account,
  state,
  scopes: [],
  store: 'memory',
  tls_verified: true,
  serves: {},
});

const status: StatusView = {
  version: '0',
  pid: 1,
  started_at: '2026-11-23T09:00:00.000Z',
  kind: 'agent',
  keychain: { backend: 'memory', state: 'ok' },
  config: { files: [] },
  accounts: [view('a'), view('c')],
  logins: [],
};

const ids = (after: StatusView | undefined) => after?.accounts.map(({ account, state }) => `${account} ${state}`);

it('keeps the status current', () => {
  expect(applyEvent(undefined, { type: 'account', account: view('a') })).toBeUndefined();
  expect(applyEvent(undefined, { type: 'state', status })).toBe(status);
  expect(ids(applyEvent(status, { type: 'account', account: view('c', 'locked') }))).toEqual(['a active', 'c locked']);
  expect(ids(applyEvent(status, { type: 'account', account: view('b') }))).toEqual([
    'a active',
    'b active',
    'c active',
  ]);
  expect(ids(applyEvent(status, { type: 'account_removed', account: 'a' }))).toEqual(['c active']);
});

it('is the same where nothing that is shown changes', () => {
  const at = '2026-11-23T09:00:00.000Z';
  const event = { type: 'handed_out', account: 'a', at, protocol: 'git', consumer: { pid: 2 } } as const;
  expect(applyEvent(status, event)).toBe(status);
});
