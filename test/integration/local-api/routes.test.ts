import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failures, KeytrayError } from '../../../core/errors.ts';
import { findBroker, LocalApiClient } from '../../../core/local-api/client/client.ts';
import { Secret } from '../../../core/secret.ts';
import { type BrokerSocket, startBrokerSocket } from '../../support/broker-socket.ts';
import { accountView, FakeBroker } from '../../support/fake-broker.ts';
import { openSocket, rawExchange, requestText } from './raw-exchange.ts';

let broker: FakeBroker;
let socket: BrokerSocket;
let client: LocalApiClient;

beforeEach(async () => {
  broker = new FakeBroker([accountView('lab'), accountView('gitlab@work')]);
  broker.tokens.set('gitlab@work', () => ({ access_token: 'at-1', token_type: 'Bearer', account: 'gitlab@work' }));
  socket = await startBrokerSocket(broker);
  client = new LocalApiClient(socket.socketPath);
});

afterEach(async () => {
  await socket[Symbol.asyncDispose]();
});

const started = { login_id: 'l1', account: 'lab', state: 'started' } as const;
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('LocalApiClient over the socket', () => {
  it('reads the status and the accounts', async () => {
    expect((await client.status()).accounts).toEqual([...broker.views.values()]);
    expect(await client.accounts()).toEqual([...broker.views.values()]);
    expect(await client.account('gitlab@work')).toEqual(broker.views.get('gitlab@work'));
  });

  it('takes a token, and tells the broker who asked', async () => {
    const request = { min_ttl: 60, audience: 'https://api.example', force: true };
    expect(await client.token('gitlab@work', request)).toMatchObject({ access_token: 'at-1' });
    expect(broker.called('token')[0]?.arguments).toMatchObject([
      'gitlab@work',
      request,
      { consumer: { pid: process.pid, uid: process.getuid?.() } },
    ]);
  });

  it('signs in: start, wait, finish', async () => {
    const login = await client.startLogin('lab', { user_agent: 'none' });
    expect(login.state).toBe('started');
    expect((await client.login(login.login_id)).state).toBe('started');
    const waiting = client.login(login.login_id, 60);
    await until(() => broker.called('waitForLogin').length === 1);
    const redirected = { redirect_url: 'http://127.0.0.1:8400/callback?code=c&state=s' };
    expect((await client.finishLogin(login.login_id, redirected)).state).toBe('succeeded');
    expect((await waiting).state).toBe('succeeded');
    expect(broker.called('finishLogin')[0]?.arguments).toEqual([login.login_id, redirected]);
  });

  it('opens and ends a local endpoint for the process that asks', async () => {
    const send = async (line: string, value?: object) => {
      const body = value === undefined ? '' : JSON.stringify(value);
      const sized = ['Content-Type: application/json', `Content-Length: ${body.length}`];
      const headers = ['Host: keytray', 'Connection: close', ...(value === undefined ? [] : sized)];
      return await rawExchange(socket.socketPath, requestText(line, headers, body));
    };
    const opened = await send('POST /v1/accounts/lab/endpoints', { kind: 'databricks' });
    expect(opened.status).toBe(201);
    expect(JSON.parse(opened.body)).toMatchObject({ endpoint: 'the-endpoint', account: 'lab' });
    expect((await send('DELETE /v1/accounts/lab/endpoints/the-endpoint')).status).toBe(204);
    expect(broker.called('closeEndpoint')[0]?.arguments).toEqual(['lab', 'the-endpoint']);
    expect((await send('POST /v1/accounts/lab/endpoints', { kind: 'pg' })).status).toBe(400);
  });

  it('cancels a sign-in', async () => {
    broker.setLogin(started);
    expect((await client.cancelLogin('l1')).state).toBe('cancelled');
  });

  it('signs out, with and without revocation; without a word the tokens are revoked', async () => {
    expect((await client.logout('lab', { revoke: true })).revocation).toBe('revoked');
    expect((await client.logout('lab', { revoke: false })).revocation).toBe('not_asked');
    await rawExchange(socket.socketPath, requestText('POST /v1/accounts/lab/logout'));
    expect(broker.called('logout').map((call) => call.arguments[1])).toEqual([
      { revoke: true },
      { revoke: false },
      { revoke: true },
    ]);
  });

  it('keeps a client secret a secret', async () => {
    await client.setClientSecret('lab', new Secret('s3cret'));
    expect(broker.clientSecrets.get('lab')?.reveal()).toBe('s3cret');
    expect(JSON.stringify(socket.logger.lines)).not.toContain('s3cret');
    await client.removeClientSecret('lab');
    expect(broker.clientSecrets.has('lab')).toBe(false);
  });

  it('hands over after the answer is out', async () => {
    await client.handover();
    await until(() => broker.handedOver === 1);
  });

  it.each(Object.keys(failures) as (keyof typeof failures)[])('meets %s as the broker threw it', async (code) => {
    broker.failures.set(
      'token',
      new KeytrayError(code, 'for people', { account: 'lab', retryAfter: 7, fix: 'check_client' }),
    );
    await expect(client.token('lab', {})).rejects.toMatchObject({
      name: 'KeytrayError',
      code,
      message: 'for people',
      account: 'lab',
      retryAfter: 7,
      fix: 'check_client',
    });
  });

  it('meets a bug of the broker without its details', async () => {
    broker.failures.set('status', new TypeError('at-1 is not a function'));
    await expect(client.status()).rejects.toMatchObject({ code: 'internal_error' });
    const answer = await rawExchange(socket.socketPath, requestText('GET /v1/status'));
    expect(answer.body + JSON.stringify(socket.logger.lines)).not.toContain('at-1');
  });

  it('takes an id no account can have for one no account has', async () => {
    await expect(client.account('No Such/Account')).rejects.toMatchObject({ code: 'unknown_account' });
    expect(broker.called('account')).toEqual([]);
  });

  it('asks from several places at once, each independent of the others', async () => {
    broker.setLogin(started);
    const gone = new AbortController();
    const stuck = client.login('l1', 300, gone.signal);
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.token('gitlab@work', {})));
    expect(new Set(answers.map((answer) => answer.access_token))).toEqual(new Set(['at-1']));
    gone.abort();
    await expect(stuck).rejects.toThrow();
  });
});

describe('where the client looks', () => {
  it('passes over what is absent, stale or no socket, as the broker would', async () => {
    const stale = join(socket.folder, 'stale.sock');
    const perl = 'socket(my $s, AF_UNIX, SOCK_STREAM, 0); bind($s, sockaddr_un($ARGV[0])) or die';
    await once(spawn('/usr/bin/perl', ['-MSocket', '-e', perl, stale]), 'exit');
    const file = join(socket.folder, 'file');
    await writeFile(file, '');
    const candidates = [join(socket.folder, 'absent', 's'), stale, file, socket.socketPath];
    expect((await new LocalApiClient(candidates).status()).pid).toBe(process.pid);
    await expect(new LocalApiClient(candidates.slice(0, 3)).status()).rejects.toMatchObject({ code: 'no_broker' });
  });

  it('is what the environment says', async () => {
    expect((await findBroker({ KEYTRAY_SOCKET: socket.socketPath }).status()).pid).toBe(process.pid);
    const none = findBroker({ KEYTRAY_SOCKET: join(socket.folder, 'none.sock') });
    await expect(none.status()).rejects.toMatchObject({ code: 'no_broker' });
  });

  it('is never a socket of somebody else', async () => {
    const client = new LocalApiClient(socket.socketPath, (process.getuid?.() ?? 0) + 1);
    await expect(client.status()).rejects.toMatchObject({ code: 'access_denied' });
    expect(broker.calls).toEqual([]);
  });

  it('serves a thousand at once', async () => {
    const answers = await Promise.all(Array.from({ length: 1000 }, () => client.token('gitlab@work', {})));
    expect(answers).toHaveLength(1000);
  });
});

describe('a request on the wire', () => {
  it.each(['gitlab@work', 'gitlab%40work'])('may write the account as %s', async (id) => {
    const answer = await rawExchange(socket.socketPath, requestText(`POST /v1/accounts/${id}/token`));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('content-type')).toBe('application/json');
  });

  it.each(['-1', '301', '1.5', 'x', '', '1&wait=2', '1&weight=2'])('with wait=%s is refused', async (wait) => {
    broker.setLogin(started);
    const answer = await rawExchange(socket.socketPath, requestText(`GET /v1/logins/l1?wait=${wait}`));
    expect([answer.status, JSON.parse(answer.body).error]).toEqual([400, 'invalid_request']);
  });

  it('says when to come back', async () => {
    broker.failures.set('token', new KeytrayError('temporarily_unavailable', 'busy', { retryAfter: 1.2 }));
    const answer = await rawExchange(socket.socketPath, requestText('POST /v1/accounts/lab/token'));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    expect(JSON.parse(answer.body)).toEqual({
      error: 'temporarily_unavailable',
      error_description: 'busy',
      retry_after: 1.2,
    });
  });

  it('is cancelled when its caller goes', async () => {
    broker.setLogin(started);
    const caller = await openSocket(socket.socketPath);
    caller.write(requestText('GET /v1/logins/l1?wait=300'));
    await until(() => broker.called('waitForLogin').length === 1);
    const signal = broker.called('waitForLogin')[0]?.arguments[2];
    expect(signal).toMatchObject({ aborted: false });
    caller.destroy();
    await until(() => signal instanceof AbortSignal && signal.aborted);
    expect(socket.logger.lines).toEqual([]);
  });

  it('may share its connection with the next', async () => {
    const caller = await openSocket(socket.socketPath);
    let text = '';
    caller.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    for (let count = 1; count <= 3; count += 1) {
      caller.write(requestText('POST /v1/accounts/gitlab@work/token'));
      await until(() => text.split('"access_token"').length === count + 1);
    }
    caller.destroy();
    expect(broker.called('token')).toHaveLength(3);
  });

  it('leaves the global Request and Response of the process alone', async () => {
    const { Request: request, Response: response } = globalThis;
    await client.status();
    expect([globalThis.Request === request, globalThis.Response === response]).toEqual([true, true]);
    expect(Object.getPrototypeOf(response)).toBe(Function.prototype);
  });
});
