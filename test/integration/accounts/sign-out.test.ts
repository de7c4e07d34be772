import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Account } from '../../../core/accounts/account.ts';
import { ServerDirectory } from '../../../core/accounts/server-directory.ts';
import type { TokenRecord } from '../../../core/accounts/token-record.ts';
import { NodeHttp } from '../../../core/http/node-http.ts';
import type { Identity } from '../../../core/oauth/token-reply.ts';
import type { AccountSettings } from '../../../core/services/service.ts';
import { signOut } from '../../../core/sign-in/sign-out.ts';
import { accountSettings, noEndpoints } from '../../support/authorization-server.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { RecordingStore } from '../../support/recording-store.ts';
import { recordAt } from '../../support/records.ts';
import { type ScriptedServer, startScriptedServer } from '../../support/scripted-server.ts';

const issuer = 'https://login.example';
const person = (subject: string): Identity => ({ issuer, subject, email: undefined, name: undefined });

describe('signing out', () => {
  const clock = new ManualClock();
  let server: ScriptedServer;
  let store: RecordingStore;
  let servers: ServerDirectory;
  beforeEach(async () => {
    server = await startScriptedServer(() => ({ status: 200 }));
    store = new RecordingStore('keychain');
    servers = new ServerDirectory(new NodeHttp(), clock);
  });
  afterEach(() => server.close());

  const settings = (overrides: Partial<AccountSettings> = {}, revocation = true) =>
    accountSettings({
      issuer,
      endpoints: {
        ...noEndpoints,
        authorizationEndpoint: `${server.url}/authorize`,
        tokenEndpoint: `${server.url}/token`,
        revocationEndpoint: revocation ? `${server.url}/revoke` : undefined,
      },
      ...overrides,
    });
  async function signedIn(record: Partial<TokenRecord> = {}, made: AccountSettings = settings()): Promise<Account> {
    const account = new Account(made, { store, clock, changed: () => undefined });
    await account.commit((generation) =>
      recordAt(clock, { issuer, clientId: made.clientId, identity: person('ada'), ...record, generation }),
    );
    return account;
  }
  const out = (account: Account, others: readonly Account[] = [], revoke = true) =>
    signOut(account, [account, ...others], servers, { revoke });
  const sent = () => server.requests.map(({ path, form }) => [path, form.token, form.token_type_hint]);

  it('revokes both tokens, the one that lives longest first, and forgets them', async () => {
    const account = await signedIn();
    expect(await out(account)).toEqual({ kind: 'revoked' });
    expect(sent()).toEqual([
      ['/revoke', 'refresh-1', 'refresh_token'],
      ['/revoke', 'access-1', 'access_token'],
    ]);
    expect(account.state).toEqual({ kind: 'signed_out', why: 'logout' });
  });

  it('revokes what there is', async () => {
    expect(await out(await signedIn({ refreshToken: undefined }))).toEqual({ kind: 'revoked' });
    expect(sent()).toEqual([['/revoke', 'access-1', 'access_token']]);
  });

  it.each<[string, number, string]>([
    ['of refresh tokens', 0, 'revoked'],
    ['of access tokens', 1, 'revoked'],
    ['of neither', 2, 'unsupported'],
  ])('takes a server that knows nothing %s as it is', async (_what, which, kind) => {
    const unsupported = { status: 400, body: { error: 'unsupported_token_type' } };
    const refuses = [['refresh_token'], ['access_token'], ['refresh_token', 'access_token']][which] ?? [];
    server.script = ({ form }) => (refuses.includes(form.token_type_hint ?? '') ? unsupported : { status: 200 });
    expect(await out(await signedIn())).toEqual({ kind });
  });

  it('forgets where the server cannot revoke', async () => {
    const account = await signedIn({}, settings({}, false));
    expect(await out(account)).toEqual({ kind: 'unsupported' });
    expect(account.record).toBeUndefined();
  });

  it('forgets whatever the server says, and says what', async () => {
    server.script = () => ({ status: 503 });
    const account = await signedIn();
    expect(await out(account)).toMatchObject({
      kind: 'failed',
      why: expect.stringContaining('has a problem of its own right now'),
    });
    expect(account.record).toBeUndefined();
  });

  it('forgets where the server cannot even be named', async () => {
    const account = await signedIn({}, settings({ clientSecret: 'required' }));
    expect(await out(account)).toEqual({ kind: 'failed', why: 'the server could not be asked' });
    expect(account.record).toBeUndefined();
  });

  it('asks nobody where it is told so, or where there is nothing', async () => {
    const account = await signedIn();
    expect(await out(account, [], false)).toEqual({ kind: 'not_asked' });
    expect(await out(account)).toEqual({ kind: 'nothing_to_revoke' });
    expect(sent()).toEqual([]);
  });

  describe('beside another account of the same client', () => {
    const beside = (record: Partial<TokenRecord>, overrides: Partial<AccountSettings> = {}) =>
      signedIn(record, settings({ id: 'other', ...overrides }));

    it.each<[string, Identity | undefined, Identity | undefined]>([
      ['the same person', person('ada'), person('ada')],
      ['somebody unknown', person('ada'), undefined],
      ['anybody, where it is unknown who we are', undefined, person('bob')],
    ])('that is %s, revokes nothing: servers end both sign-ins', async (_what, ours, theirs) => {
      const other = await beside({ identity: theirs });
      const account = await signedIn({ identity: ours });
      expect(await out(account, [other])).toEqual({ kind: 'shared', with: 'other' });
      expect(sent()).toEqual([]);
      expect([account.record, other.record?.generation]).toEqual([undefined, 1]);
    });

    it('whose record was not read yet, reads it first', async () => {
      await beside({});
      const unread = new Account(settings({ id: 'other' }), { store, clock, changed: () => undefined });
      expect(await out(await signedIn(), [unread])).toEqual({ kind: 'shared', with: 'other' });
    });

    it.each<[string, Partial<TokenRecord>, Partial<AccountSettings>]>([
      ['another person', { identity: person('bob') }, {}],
      ['another client', {}, { clientId: 'another' }],
      ['another server', { issuer: 'https://elsewhere.example' }, { issuer: 'https://elsewhere.example' }],
    ])('that is of %s, revokes', async (_what, record, overrides) => {
      expect(await out(await signedIn(), [await beside(record, overrides)])).toEqual({ kind: 'revoked' });
    });

    it('that is signed out, revokes', async () => {
      const other = await beside({});
      await other.forget();
      expect(await out(await signedIn(), [other])).toEqual({ kind: 'revoked' });
    });
  });

  it('does nothing at all where the store would not forget', async () => {
    const account = await signedIn();
    store.trouble.removal = { kind: 'locked' };
    await expect(out(account)).rejects.toMatchObject({ code: 'keychain_locked', account: 'lab' });
    expect(sent()).toEqual([]);
    expect(account.record?.generation).toBe(1);
  });

  it('does nothing at all where the store would not tell', async () => {
    await signedIn();
    const unread = new Account(settings(), { store, clock, changed: () => undefined });
    store.trouble.read = { kind: 'locked' };
    await expect(out(unread)).rejects.toMatchObject({ code: 'keychain_locked' });
    expect(sent()).toEqual([]);
    expect(await store.held('lab')).toHaveProperty('lab');
  });
});
