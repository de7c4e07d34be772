import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Account } from '../../../core/accounts/account.ts';
import { NodeHttp } from '../../../core/http/node-http.ts';
import { discoverAuthorizationServer } from '../../../core/oauth/authorization-server.ts';
import type { Identity, TokenReply } from '../../../core/oauth/token-reply.ts';
import { Secret } from '../../../core/secret.ts';
import type { AccountSettings } from '../../../core/services/service.ts';
import { acceptTokens } from '../../../core/sign-in/accept-tokens.ts';
import { accountSettings, fetchOf, noEndpoints } from '../../support/authorization-server.ts';
import { Log } from '../../support/broker.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { RecordingStore } from '../../support/recording-store.ts';
import { type ScriptedServer, startScriptedServer } from '../../support/scripted-server.ts';

const issuer = 'https://login.example';
const person = (subject: string): Identity => ({
  issuer,
  subject,
  name: subject,
  email: `${subject}@lab.example`,
  emailVerified: true,
});
const reply = (who: string | undefined, changes: Partial<TokenReply> = {}): TokenReply => ({
  accessToken: new Secret(`access-of-${who}`),
  refreshToken: new Secret(`refresh-of-${who}`),
  idToken: undefined,
  tokenType: 'bearer',
  scope: undefined,
  expiresIn: 3600,
  loginExpiresIn: undefined,
  clockSkew: undefined,
  identity: who === undefined ? undefined : person(who),
  ...changes,
});

describe('the tokens of a sign-in', () => {
  let scripted: ScriptedServer;
  let log: Log;
  let store: RecordingStore;
  const clock = new ManualClock();

  beforeEach(async () => {
    scripted = await startScriptedServer(() => ({ body: {} }));
    log = new Log();
    store = new RecordingStore('memory');
  });
  afterEach(() => scripted.close());

  const settings = (expect: AccountSettings['expect'], more: Partial<AccountSettings> = {}) =>
    accountSettings({
      issuer,
      expect,
      endpoints: {
        ...noEndpoints,
        authorizationEndpoint: `${scripted.url}/authorize`,
        tokenEndpoint: `${scripted.url}/token`,
        revocationEndpoint: `${scripted.url}/revoke`,
      },
      ...more,
    });
  const server = () =>
    discoverAuthorizationServer(settings(undefined), { fetch: fetchOf(new NodeHttp()), clientSecret: undefined });
  const accept = async (account: Account, given: TokenReply, acceptOther = false) =>
    acceptTokens({ account, loginId: 'l1', server: await server(), reply: given, acceptOther }, { clock, logger: log });
  const account = async (options: { readonly before?: string; readonly expect?: string } = {}) => {
    const made = new Account(settings(undefined), { store, clock, changed: () => undefined });
    if (options.before !== undefined) await accept(made, reply(options.before));
    const email = options.expect;
    if (email !== undefined) made.reconfigure(settings({ issuer: undefined, subject: undefined, email }));
    return made;
  };
  const revoked = () => scripted.requests.map(({ form }) => [form.token, form.token_type_hint]);

  it('are stored for the right person', async () => {
    const lab = await account({ before: 'ada', expect: 'ada@lab.example' });
    await accept(lab, reply('ada', { accessToken: new Secret('a-new-one') }));
    expect(lab.record).toMatchObject({ generation: 2, identity: { subject: 'ada' } });
    expect(lab.record?.accessToken.reveal()).toBe('a-new-one');
    expect(revoked()).toEqual([]);
  });

  it.each([
    ['with the refresh token, where there is one', {}, [['refresh-of-bob', 'refresh_token']]],
    ['with the access token otherwise', { refreshToken: undefined }, [['access-of-bob', 'access_token']]],
  ])('of another person are revoked, %s', async (_what, changes, expected) => {
    const lab = await account({ before: 'ada' });
    await expect(accept(lab, reply('bob', changes))).rejects.toMatchObject({
      code: 'identity_mismatch',
      account: 'lab',
      loginId: 'l1',
      message: expect.stringContaining('bob signed in, but this account belongs to ada; nothing was stored'),
    });
    expect(revoked()).toEqual(expected);
    expect(lab.record).toMatchObject({ generation: 1, identity: { subject: 'ada' } });
  });

  it('are not revoked where they may share the grant that is in use', async () => {
    const lab = await account({ before: 'ada', expect: 'bob@lab.example' });
    await expect(accept(lab, reply('ada'))).rejects.toMatchObject({ code: 'identity_mismatch' });
    expect(revoked()).toEqual([]);
    expect(lab.record).toMatchObject({ generation: 1 });
  });

  it('of nobody the server names are revoked where somebody is expected', async () => {
    const lab = await account({ expect: 'ada@lab.example' });
    await expect(accept(lab, reply(undefined))).rejects.toMatchObject({ code: 'misconfigured' });
    expect(revoked()).toHaveLength(1);
    expect(lab.record).toBeUndefined();
  });

  it('are refused all the same where the server cannot revoke them, and the log says so', async () => {
    scripted.script = () => ({ status: 503 });
    const lab = await account({ before: 'ada' });
    await expect(accept(lab, reply('bob'))).rejects.toMatchObject({ code: 'identity_mismatch' });
    expect(log.lines.join('\n')).toContain('could not be revoked');
    expect(log.lines.join('\n')).not.toContain('refresh-of-bob');
  });

  it('of a person the server no longer names are refused, and the person stays known', async () => {
    const lab = await account({ before: 'ada' });
    await expect(accept(lab, reply(undefined))).rejects.toMatchObject({ code: 'identity_mismatch' });
    expect(revoked()).toEqual([['refresh-of-undefined', 'refresh_token']]);
    await expect(accept(lab, reply('bob'))).rejects.toMatchObject({ code: 'identity_mismatch' });
    expect(lab.record).toMatchObject({ generation: 1, identity: { subject: 'ada' } });
  });

  it('of an address the server does not vouch for are refused, and the person is told what to use', async () => {
    const lab = await account({ expect: 'ada@lab.example' });
    const unverified = { ...person('ada'), emailVerified: undefined };
    await expect(accept(lab, reply('ada', { identity: unverified }))).rejects.toMatchObject({
      code: 'identity_mismatch',
      advice: expect.stringMatching(/expect\.subject: ada$/),
    });
    expect(revoked()).toEqual([['refresh-of-ada', 'refresh_token']]);
    expect(lab.record).toBeUndefined();
  });

  it('are given back where the store refuses them, and not saved later', async () => {
    const lab = await account();
    store.trouble.write = { kind: 'absent', detail: 'no keyring' };
    await expect(accept(lab, reply('ada'))).rejects.toMatchObject({ code: 'keychain_absent' });
    expect(revoked()).toEqual([['refresh-of-ada', 'refresh_token']]);
    delete store.trouble.write;
    expect(await lab.settle()).toBe(false);
    expect(lab.record).toBeUndefined();
  });

  it('are given back where the configuration names another server by now', async () => {
    const lab = await account();
    const asked = await server();
    lab.reconfigure(settings(undefined, { clientId: 'another' }));
    const result = { account: lab, loginId: 'l1', server: asked, reply: reply('ada'), acceptOther: false };
    await expect(acceptTokens(result, { clock, logger: log })).rejects.toMatchObject({ code: 'misconfigured' });
    expect(revoked()).toHaveLength(1);
    expect(lab.record).toBeUndefined();
  });

  it('of another person are stored when asked for', async () => {
    const lab = await account({ before: 'ada', expect: 'ada@lab.example' });
    await accept(lab, reply('bob'), true);
    expect(lab.record).toMatchObject({ generation: 2, identity: { subject: 'bob' } });
  });
});
