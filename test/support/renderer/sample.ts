import type { AccountView, Activity, ApiKeyListView, ApiKeyView, StatusView } from '../../../ipc/views.ts';

/** A window as somebody with a few accounts has it, at one moment, so that pictures of it do not change by themselves. */

export const sampleNow = Date.parse('2026-11-23T09:00:00.000Z');

export const after = (seconds: number): string => new Date(sampleNow + seconds * 1_000).toISOString();

const hour = 3_600;

function account(view: Partial<AccountView> & Pick<AccountView, 'account' | 'title' | 'service'>): AccountView {
  return {
    state: 'active',
    scopes: ['openid', 'offline_access'],
    store: 'keychain',
    tls_verified: true,
    serves: {},
    ...view,
  };
}

/** A token of `lifetime` seconds that was renewed `age` seconds ago. */
function token(lifetime: number, age: number): Partial<AccountView> {
  return {
    last_refresh: after(-age),
    expires_at: after(lifetime - age),
    expires_in: lifetime - age,
    next_refresh: after(lifetime * 0.8 - age),
  };
}

const ada = { issuer: 'https://gitlab.com', subject: '4711', name: 'Ada Lovelace', email: 'ada@acme.example' };

export const sampleAccounts: readonly AccountView[] = [
  account({
    account: 'dataiku@prod',
    service: 'oidc',
    title: 'dataiku (prod)',
    state: 'login_required',
    reason: 'session_ended',
    reason_description: 'The session has ended; sign in again.',
    subject: { ...ada, issuer: 'https://login.acme.example' },
    environment: 'prod',
    serves: { docker: ['registry.acme.example'] },
  }),
  account({
    account: 'github@work',
    service: 'github',
    title: 'GitHub (work)',
    subject: { ...ada, issuer: 'https://github.com', name: 'ada' },
    scopes: ['repo', 'workflow'],
    serves: { git: ['github.com'] },
    ...token(8 * hour, 2 * hour),
  }),
  account({
    account: 'gitlab@acme',
    service: 'gitlab',
    title: 'GitLab (acme)',
    subject: ada,
    scopes: ['openid', 'profile', 'email', 'read_repository', 'write_repository'],
    serves: { git: ['gitlab.com/acme/*'], docker: ['registry.gitlab.com'] },
    ...token(2 * hour, 1_080),
  }),
  account({
    account: 'databricks@shop',
    service: 'databricks',
    title: 'Databricks (shop)',
    subject: { issuer: 'https://shop.cloud.databricks.com/oidc', subject: '9', email: 'ada@shop.example' },
    environment: 'staging',
    serves: { postgres: ['lakebase.shop.example'] },
    ...token(hour, 600),
  }),
  account({
    account: 'quilt@acme',
    service: 'oidc',
    title: 'quilt (acme)',
    state: 'degraded',
    reason: 'unreachable',
    reason_description: 'The server cannot be reached: connection refused',
    subject: { ...ada, issuer: 'https://quilt.acme.example' },
    environment: 'dev',
    serves: { aws: ['quilt.acme.example'] },
    ...token(hour, 2_880),
  }),
];

const day = 24 * hour;

function key(name: string, ageDays: number, leftDays: number, changes: Partial<ApiKeyView> = {}): ApiKeyView {
  return {
    id: `key-${name}`,
    name,
    fingerprint: `qk_4f0...${name.slice(-3)}`,
    status: leftDays > 0 ? 'active' : 'expired',
    created_at: after(-ageDays * day),
    expires_at: after(leftDays * day),
    last_used_at: null,
    ...changes,
  };
}

export const sampleKeys: ApiKeyListView = {
  keys: [
    key('ci-github-prod', 30, 60, { last_used_at: after(-2 * hour), accounts: ['quilt@ci'] }),
    key('notebook', 80, 10),
    key('laptop-old', 120, -30, { last_used_at: after(-40 * day) }),
  ],
  can: { expiry: true, last_use: true, fingerprint: true, revoke_by_secret: true },
};

export const sampleStatus: StatusView = {
  version: '0.1.0',
  pid: 4_242,
  started_at: after(-6 * hour),
  kind: 'desktop',
  keychain: { backend: 'keychain', state: 'unlocked' },
  encrypted_file: { state: 'locked', present: false },
  config: { files: ['/home/ada/.config/keytray/config.yaml'] },
  accounts: [...sampleAccounts],
  logins: [],
};

const took = (host: string, executable: string, pid: number, protocol: string): Activity['what'] => ({
  kind: 'handed_out',
  protocol,
  host,
  consumer: { pid, executable },
});

const happened: readonly (readonly [secondsAgo: number, account: string, what: Activity['what']])[] = [
  [6 * hour, 'github@work', { kind: 'signed_in', who: 'ada' }],
  [5 * hour, 'gitlab@acme', { kind: 'signed_in', who: 'Ada Lovelace' }],
  [2 * hour, 'github@work', { kind: 'refreshed' }],
  [5_400, 'dataiku@prod', { kind: 'login_required', reason: 'session_ended', description: 'The session has ended.' }],
  [1_080, 'gitlab@acme', { kind: 'refreshed' }],
  [900, 'quilt@acme', { kind: 'degraded', reason: 'unreachable', description: 'The server cannot be reached.' }],
  [720, 'gitlab@acme', took('registry.gitlab.com', '/usr/bin/docker', 30_118, 'docker')],
  [240, 'github@work', took('github.com', '/usr/lib/git-core/git-remote-https', 31_877, 'git')],
  [60, 'gitlab@acme', took('gitlab.com', '/usr/lib/git-core/git-remote-https', 32_004, 'git')],
];

export const sampleActivity: readonly Activity[] = happened
  .map(([secondsAgo, of, what], index) => ({ id: index + 1, at: after(-secondsAgo), account: of, what }))
  .reverse();
