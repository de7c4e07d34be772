import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Account } from '../../../core/accounts/account.ts';
import { ServerDirectory } from '../../../core/accounts/server-directory.ts';
import { NodeHttp } from '../../../core/http/node-http.ts';
import { RefreshEngine } from '../../../core/refresh/engine.ts';
import { Secret } from '../../../core/secret.ts';
import { MemoryStore } from '../../../core/stores/memory-store.ts';
import { accountSettings } from '../../support/authorization-server.ts';
import { Log } from '../../support/broker.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordAt } from '../../support/records.ts';
import { type ScriptedServer, startScriptedServer } from '../../support/scripted-server.ts';

let server: ScriptedServer;
let store: MemoryStore;
const clock = new ManualClock();
/** What the server accepts now. */
let accepts: 'basic' | 'post';

beforeEach(async () => {
  store = new MemoryStore();
  accepts = 'post';
  const methods = ['client_secret_basic', 'client_secret_post'];
  server = await startScriptedServer(({ path, headers }) => {
    if (path.includes('.well-known')) {
      const endpoints = { authorization_endpoint: `${server.url}/auth`, token_endpoint: `${server.url}/token` };
      return { body: { issuer: server.url, ...endpoints, token_endpoint_auth_methods_supported: methods } };
    }
    const method = headers.authorization === undefined ? 'post' : 'basic';
    if (method !== accepts) return { status: 401, body: { error: 'invalid_client' } };
    return { body: { access_token: 'at', token_type: 'bearer', refresh_token: 'rt', expires_in: 60 } };
  });
});
afterEach(() => server.close());

/** The account as a broker that has just been started knows it. */
async function started(more: { readonly clientAuth?: 'basic' | 'post' } = {}): Promise<() => Promise<string[]>> {
  const settings = accountSettings({ id: 'lab', issuer: server.url, clientSecret: 'optional', ...more });
  const account = new Account(settings, { store, clock, changed: () => undefined });
  await account.load();
  const servers = new ServerDirectory(new NodeHttp(), clock);
  const engine = new RefreshEngine({ accounts: () => [account], servers, clock, logger: new Log(), random: () => 0.5 });
  if (account.record === undefined) {
    await account.clientSecret.set(new Secret('a-secret'));
    await account.commit((generation) => recordAt(clock, { generation, issuer: server.url }));
  }
  /** How the client showed its secret in the requests of one refresh. */
  return async () => {
    const before = server.requests.length;
    await engine.refresher.refresh(account, { forced: true });
    const sent = server.requests.slice(before).filter(({ path }) => path === '/token');
    return sent.map(({ headers }) => (headers.authorization === undefined ? 'post' : 'basic'));
  };
}

describe('how a client authenticates, once learned from the server', () => {
  it('is remembered over a restart', async () => {
    const refresh = await started();
    expect(await refresh()).toEqual(['basic', 'post']);
    expect(await (await started())()).toEqual(['post']);
    expect(await (await started())()).toEqual(['post']);
  });

  it('is learned anew where the server has changed its mind', async () => {
    await (await started())();
    accepts = 'basic';
    expect(await (await started())()).toEqual(['post', 'basic']);
    expect(await (await started())()).toEqual(['basic']);
  });

  it('gives way to client_auth of the configuration, and is forgotten then', async () => {
    await (await started())();
    accepts = 'basic';
    expect(await (await started({ clientAuth: 'basic' }))()).toEqual(['basic']);
    accepts = 'post';
    expect(await (await started())()).toEqual(['basic', 'post']);
  });
});
