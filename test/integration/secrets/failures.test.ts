import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NodeHttp } from '../../../core/http/node-http.ts';
import { LocalApiClient } from '../../../core/local-api/client/client.ts';
import { openLog } from '../../../core/platform/log.ts';
import type { Fetch, Http, TlsSettings, UserAgent } from '../../../core/ports.ts';
import { Secret } from '../../../core/secret.ts';
import type { BrokerEvent } from '../../../core/wire/schemas.ts';
import { type Laboratory, startLaboratory } from '../../support/broker.ts';
import { type BrokerSocket, startBrokerSocket } from '../../support/broker-socket.ts';
import { type KnownSecrets, knownSecrets } from '../../support/known-secrets.ts';

/** An error as careless libraries make them: everything it had in hand is in its words, its fields and its causes. */
function talkative(...inHand: readonly unknown[]): Error {
  const words = inHand.map(String).join(' ');
  const cause = new Error(words, { cause: new Secret(words) });
  return Object.assign(new TypeError(`failed on ${words}`, { cause }), { code: words, request: { body: words } });
}

class TalkativeHttp implements Http {
  failing = false;
  readonly #http = new NodeHttp();

  fetchFor(tls: TlsSettings): Fetch {
    const real = this.#http.fetchFor(tls);
    return async (input, init) => {
      if (this.failing) throw talkative(input, init?.body, JSON.stringify(init?.headers));
      return await real(input, init);
    };
  }
}

class TalkativeBrowser implements UserAgent {
  readonly opened: URL[] = [];
  async open(url: URL): Promise<void> {
    this.opened.push(url);
    throw talkative(url.href);
  }
}

const echo = (values: Iterable<string>) =>
  JSON.stringify({ error: 'server_error', error_description: [...values].join(' ') });

describe('failures of every part, with secrets in their words', () => {
  let folder: string;
  let lab: Laboratory;
  let api: BrokerSocket;
  let client: LocalApiClient;
  let secrets: KnownSecrets;
  let events: string;
  const http = new TalkativeHttp();
  const browser = new TalkativeBrowser();
  const said: string[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keytray-failures-'));
    secrets = knownSecrets();
    const logger = openLog(join(folder, 'agent.log'), 'debug');
    lab = await startLaboratory({
      server: { accessTokenTtl: 3_600, onTokenExchange: secrets.onTokenExchange },
      parts: { http, logger, userAgent: browser },
    });
    api = await startBrokerSocket(lab.broker, { logger });
    client = new LocalApiClient(api.socketPath);
    events = '';
    lab.broker.subscribe((event: BrokerEvent) => {
      events += JSON.stringify(event);
    });
    http.failing = false;
    said.length = 0;
    expect(await lab.signIn()).toMatchObject({ state: 'succeeded' });
    expect(secrets.kinds()).toEqual(['access_token', 'code', 'code_verifier', 'id_token', 'refresh_token']);
  });

  afterEach(async () => {
    await api[Symbol.asyncDispose]();
    await lab.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Notes how a call ended; whether it failed is for the test to say. */
  const tell = async (call: Promise<unknown>): Promise<unknown> => {
    const outcome = await call.catch((error: unknown) => error);
    said.push(outcome instanceof Error ? `${outcome.stack} ${JSON.stringify(outcome)}` : JSON.stringify(outcome));
    return outcome;
  };
  const log = () => readFile(join(folder, 'agent.log'), 'utf8');
  const nothingTold = async (): Promise<void> => {
    await tell(client.status());
    await tell(client.account('lab'));
    for (const [place, text] of Object.entries({ log: await log(), answers: said.join('\n'), events })) {
      expect({ place, found: secrets.foundIn(text) }).toEqual({ place, found: [] });
    }
  };

  it('of the connection to the server', async () => {
    http.failing = true;
    lab.clock.skip(3_700_000);
    expect(await tell(client.token('lab', {}))).toBeInstanceOf(Error);
    expect(await tell(client.token('lab', { force: true }))).toBeInstanceOf(Error);
    await tell(client.logout('lab', { revoke: true }));
    expect(said.join()).toContain('cannot be reached');
    await nothingTold();
  });

  it('of a server that repeats what it was sent', async () => {
    for (const status of [400, 401, 500]) {
      const body = echo(secrets.values.keys());
      lab.server.faults.outage = { status, body, headers: { 'content-type': 'application/json' } };
      await tell(client.token('lab', { force: true }));
    }
    expect(await log()).toContain('refresh failed');
    await nothingTold();
  });

  it('of the keychain', async () => {
    const values = [...secrets.values.keys()];
    lab.store.gate = Promise.reject(talkative(...values));
    lab.store.gate.catch(() => undefined);
    expect(await tell(client.token('lab', { force: true }))).toBeInstanceOf(Error);
    lab.store.gate = Promise.resolve();
    lab.store.read = async () => {
      throw talkative(...values);
    };
    const restarted = await lab.restarted();
    await using other = await startBrokerSocket(restarted, { logger: openLog(join(folder, 'agent.log'), 'debug') });
    expect(await tell(new LocalApiClient(other.socketPath).token('lab', {}))).toBeInstanceOf(Error);
    await tell(new LocalApiClient(other.socketPath).logout('lab', { revoke: false }));
    expect(await log()).toMatch(/TypeError at .*unexpected failure/);
    await nothingTold();
  });

  it('of the browser', async () => {
    await tell(client.startLogin('lab', { user_agent: 'browser' }).then(() => 'started'));
    await expect.poll(log).toContain('no browser could be opened');
    secrets.add('start', browser.opened[0]?.pathname ?? '');
    expect(secrets.kinds()).toContain('start');
    const text = await log();
    expect(secrets.foundIn(text)).toEqual([]);
  });

  it('of a sign-in that brings a wrong answer', async () => {
    const started = await client.startLogin('lab', { user_agent: 'none' });
    const url = new URL(started.authorization_url ?? '');
    const answer = new URL(url.searchParams.get('redirect_uri') ?? '');
    secrets.add('wrong_code', 'a-code-that-no-server-has-given');
    answer.search = new URLSearchParams({
      code: 'a-code-that-no-server-has-given',
      state: url.searchParams.get('state') ?? '',
      iss: lab.server.issuer,
    }).toString();
    await tell(client.finishLogin(started.login_id, { redirect_url: answer.href }));
    await tell(client.login(started.login_id, 5));
    expect(said.join()).toContain('failed');
    expect(await log()).toContain('sign-in failed');
    await nothingTold();
  });
});
