import { execFile } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BrokerSocket, startBrokerSocket } from '../../support/broker-socket.ts';
import { accountView, FakeBroker } from '../../support/fake-broker.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { openSocket, parse, rawExchange, receiveUntil, requestText } from './raw-exchange.ts';

const run = promisify(execFile);
const json = ['Host: keytray', 'Content-Type: application/json'];
const tokenPath = '/v1/accounts/lab/token';

let broker: FakeBroker;
let socket: BrokerSocket;

beforeEach(async () => {
  broker = new FakeBroker([accountView('lab')]);
  broker.tokens.set('lab', () => ({ access_token: 'at-1', token_type: 'Bearer', account: 'lab' }));
  socket = await startBrokerSocket(broker, { timeouts: { headers: 300, request: 300, linger: 300 } });
});

afterEach(async () => {
  await socket[Symbol.asyncDispose]();
});

const send = (...pieces: readonly (string | Uint8Array)[]) => rawExchange(socket.socketPath, ...pieces);
const errorOf = (body: string): unknown => JSON.parse(body).error;

const upgrade = ['Connection: Upgrade', 'Upgrade: keytray-helper/1'];
const ways = [
  ['a request', 'GET /v1/status', []],
  ['an upgrade', 'GET /v1/helpers/git/get', upgrade],
] as const;

describe.each(ways)('the head of %s', (_way, line, extra) => {
  it.each([
    ['another Host', ['Host: evil.example']],
    ['a Host with a port', ['Host: localhost:8080']],
    ['no Host', []],
    ['an Origin', ['Host: keytray', 'Origin: https://evil.example']],
    ['an Origin of null', ['Host: keytray', 'Origin: null']],
    ['a Referer', ['Host: keytray', 'Referer: http://keytray/']],
  ])('with %s is refused', async (_name, headers) => {
    const answer = await send(requestText(line, [...headers, ...extra]));
    expect(answer.status).toBe(403);
    expect(errorOf(answer.body)).toBe('access_denied');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(broker.calls).toEqual([]);
  });

  it('with two Hosts is refused', async () => {
    const answer = await send(requestText(line, ['Host: keytray', 'Host: keytray', ...extra]));
    expect(answer.status).toBe(400);
    expect(broker.calls).toEqual([]);
  });
});

describe('the target', () => {
  it('must be a path', async () => {
    const answer = await send(requestText('GET http://keytray/v1/status'));
    expect([answer.status, errorOf(answer.body)]).toEqual([400, 'invalid_request']);
  });

  it.each([
    '/',
    '/v1//status',
    '/v1/status/',
    '/v1/accounts/a%2Fb',
    '/v1/accounts/%',
    '/v1/helpers/git',
    '/v1/keys',
    '/v1/audit',
    '/v1/access',
  ])('%s is nothing', async (path) => {
    const answer = await send(requestText(`GET ${path}`));
    expect(answer.status).toBe(404);
    expect(['not_found', 'unknown_account']).toContain(errorOf(answer.body));
    expect(broker.calls).toEqual([]);
  });

  it.each([
    ['POST', '/v1/status', 'GET'],
    ['DELETE', '/v1/accounts/lab', 'GET'],
    ['GET', tokenPath, 'POST'],
    ['PUT', '/v1/logins/l1', 'DELETE, GET'],
    ['PATCH', '/v1/accounts/lab/client-secret', 'DELETE, PUT'],
    ['OPTIONS', '/v1/status', 'GET'],
    ['TRACE', '/v1/status', 'GET'],
    ['POST', '/v1/helpers/git/get', 'GET'],
  ])('%s %s is answered with what is allowed', async (method, path, allowed) => {
    const answer = await send(requestText(`${method} ${path}`, ['Host: keytray', 'Content-Length: 0']));
    expect([answer.status, answer.headers.get('allow'), errorOf(answer.body)]).toEqual([
      405,
      allowed,
      'invalid_request',
    ]);
  });

  it.each(['websocket', 'h2c', 'keytray-helper/2'])('is served as usual where %s is offered', async (offer) => {
    const offered = ['Host: keytray', 'Connection: Upgrade', `Upgrade: ${offer}`];
    expect((await send(requestText('GET /v1/status', offered))).status).toBe(200);
    expect((await send(requestText('GET /v1/helpers/git/get', offered))).status).toBe(426);
  });

  it('of a helper without an upgrade says which', async () => {
    const answer = await send(requestText('GET /v1/helpers/git/get'));
    expect([answer.status, answer.headers.get('upgrade')]).toEqual([426, 'keytray-helper/1']);
  });
});

describe('the body', () => {
  const post = (headers: readonly string[], body: string | Uint8Array) =>
    send(requestText(`POST ${tokenPath}`, [...json, ...headers]), body);

  it('of 64 KiB is read, one byte more is not', async () => {
    const fits = `{}${' '.repeat(64 * 1024 - 2)}`;
    expect((await post([`Content-Length: ${fits.length}`], fits)).status).toBe(200);
    const answer = await post([`Content-Length: ${fits.length + 1}`], `${fits} `);
    expect([answer.status, errorOf(answer.body)]).toEqual([413, 'payload_too_large']);
  });

  it('of 2 MiB gets its answer, though the sender reads only after it has written all', async () => {
    const body = Buffer.alloc(2 * 1024 * 1024, 0x20);
    const answer = await post([`Content-Length: ${body.length}`], body);
    expect([answer.status, errorOf(answer.body)]).toEqual([413, 'payload_too_large']);
    expect(broker.calls).toEqual([]);
  });

  it('of 64 MiB is not read to its end', async () => {
    const client = await openSocket(socket.socketPath);
    const closed = receiveUntil(client, () => false);
    const body = Buffer.alloc(64 * 1024 * 1024, 0x20);
    client.write(requestText(`POST ${tokenPath}`, [...json, `Content-Length: ${body.length}`]));
    client.write(body);
    await closed;
    expect(client.bytesWritten).toBeGreaterThan(body.length);
    expect(broker.calls).toEqual([]);
    expect((await send(requestText('GET /v1/status'))).status).toBe(200);
  });

  it('without a length is counted as it comes', async () => {
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    const small = await post(['Transfer-Encoding: chunked'], '2\r\n{}\r\n0\r\n\r\n');
    expect(small.status).toBe(200);
    const answer = await post(['Transfer-Encoding: chunked'], `${chunk.repeat(32)}0\r\n\r\n`);
    expect([answer.status, errorOf(answer.body)]).toEqual([413, 'payload_too_large']);
  });

  it('that is announced and too large is not even asked for', async () => {
    const answer = await send(
      requestText(`POST ${tokenPath}`, [...json, 'Expect: 100-continue', `Content-Length: ${2 ** 31}`]),
    );
    expect([answer.status, errorOf(answer.body)]).toEqual([413, 'payload_too_large']);
  });

  it('that is announced and fits is asked for', async () => {
    const client = await openSocket(socket.socketPath);
    const asked = receiveUntil(client, (text) => text.includes('\r\n\r\n'));
    client.write(requestText(`POST ${tokenPath}`, [...json, 'Expect: 100-continue', 'Content-Length: 2']));
    expect(await asked).toContain('100 Continue');
    const answered = receiveUntil(client, (text) => text.includes('at-1'));
    client.write('{}');
    expect(parse(await answered).status).toBe(200);
    client.destroy();
  });

  it.each([
    ['not JSON', '{"min_ttl":'],
    ['an array', '[]'],
    ['null', 'null'],
    ['an unknown key', '{"min_tll":5}'],
    ['a wrong type', '{"min_ttl":"5"}'],
    ['a value out of range', '{"min_ttl":-1}'],
    ['a refresh token asked for', '{"token":"refresh"}'],
    ['a prototype', '{"__proto__":{"force":true}}'],
  ])('that is %s is refused', async (_name, body) => {
    const answer = await post([`Content-Length: ${Buffer.byteLength(body)}`], body);
    expect([answer.status, errorOf(answer.body)]).toEqual([400, 'invalid_request']);
    expect(broker.calls).toEqual([]);
  });

  const logout = async (types: readonly string[], body: string) =>
    await send(
      requestText(
        'POST /v1/accounts/lab/logout',
        ['Host: keytray', ...types, `Content-Length: ${Buffer.byteLength(body)}`],
        body,
      ),
    );

  it.each(['text/plain', 'multipart/form-data; boundary=x'])('sent as %s is refused, not ignored', async (type) => {
    const answer = await logout([`Content-Type: ${type}`], '{"revoke":false}');
    expect([answer.status, errorOf(answer.body)]).toEqual([400, 'invalid_request']);
    expect(broker.calls).toEqual([]);
  });

  it.each([
    ['as curl -d sends it', ['Content-Type: application/x-www-form-urlencoded']],
    ['without a type', []],
  ])('%s is read as JSON, not ignored', async (_how, types) => {
    expect((await logout(types, '{"revoke":false}')).status).toBe(200);
    expect(broker.calls).toEqual([
      expect.objectContaining({ method: 'logout', arguments: ['lab', { revoke: false }] }),
    ]);
    expect((await logout(types, 'revoke=false')).status).toBe(400);
  });

  it('may be missing where every key is optional', async () => {
    const answer = await send(requestText(`POST ${tokenPath}`, ['Host: keytray', 'Content-Length: 0']));
    expect(answer.status).toBe(200);
  });
});

describe('what is no request', () => {
  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n\r\n', 400],
    ['a head without end', `GET /v1/status HTTP/1.1\r\nHost: keytray\r\nX: ${'x'.repeat(40_000)}`, 431],
    [
      'both lengths at once',
      requestText('POST /v1/handover', [...json, 'Content-Length: 2', 'Transfer-Encoding: chunked']),
      400,
    ],
  ])('%s is told so in our words', async (_name, text, status) => {
    const answer = await send(text);
    expect([answer.status, errorOf(answer.body)]).toEqual([status, 'invalid_request']);
    expect(broker.calls).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['half a head', 'GET /v1/status HTTP/1.1\r\nHost: key'],
    ['half a body', requestText(`POST ${tokenPath}`, [...json, 'Content-Length: 10'], '{')],
  ])('a caller that sends %s does not stay', async (_name, text) => {
    const client = await openSocket(socket.socketPath);
    client.write(text);
    const received = await receiveUntil(client, () => false);
    expect(parse(received).status).toBe(408);
    expect(broker.calls).toEqual([]);
  });
});

describe('the caller', () => {
  // Perl, because it is on every Debian, where nobody may run it.
  const script = [
    'socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die;',
    'connect($s, sockaddr_un($ARGV[0])) or die "no connection: $!";',
    'syswrite($s, $ARGV[1]); sysread($s, my $answer, 65536); print $answer;',
  ].join('\n');
  const asNobody = (request: string): Promise<{ stdout: string }> => {
    const nobody = ['--reuid', '65534', '--regid', '65534', '--clear-groups'];
    return run('setpriv', [...nobody, '/usr/bin/perl', '-MSocket', '-e', script, socket.socketPath, request]);
  };

  needsRoot('of another uid is refused even where every mode lets it in', async () => {
    await chmod(socket.folder, 0o755);
    await chmod(socket.socketPath, 0o777);
    for (const [, line, extra] of ways) {
      const { stdout } = await asNobody(requestText(line, ['Host: keytray', ...extra]));
      const answer = parse(stdout);
      expect([answer.status, errorOf(answer.body)]).toEqual([403, 'access_denied']);
    }
    expect(broker.calls).toEqual([]);
    expect(socket.logger.lines).toContainEqual(expect.objectContaining({ message: 'refused a caller' }));
  });

  needsRoot('of another uid does not get in by the modes we set', async () => {
    await expect(asNobody(requestText('GET /v1/status'))).rejects.toThrow('no connection: Permission denied');
    await chmod(socket.folder, 0o755);
    await expect(asNobody(requestText('GET /v1/status'))).rejects.toThrow('no connection: Permission denied');
  });

  needsRoot('who is root is told of sudo by a broker of somebody else', async () => {
    await using foreign = await startBrokerSocket(broker, { uid: 4242 });
    const answer = await rawExchange(foreign.socketPath, requestText('GET /v1/status'));
    expect([answer.status, errorOf(answer.body)]).toEqual([403, 'access_denied']);
    expect(answer.body).toContain('sudo');
    expect(broker.calls).toEqual([]);
  });
});
