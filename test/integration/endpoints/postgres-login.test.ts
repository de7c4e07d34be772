import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authenticationOk, message } from '../../../core/endpoints/postgres/messages.ts';
import { securedServer } from '../../../core/endpoints/postgres/secured-server.ts';
import { logIn, type ServerLogin } from '../../../core/endpoints/postgres/server-login.ts';
import { Secret } from '../../../core/secret.ts';

let listener: Server;
let server: Socket;
let client: Socket;

beforeEach(async () => {
  listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const accepted = once(listener, 'connection');
  client = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
  [server] = (await accepted) as [Socket];
  for (const socket of [client, server]) socket.on('error', () => undefined);
});
afterEach(async () => {
  client.destroy();
  server.destroy();
  await new Promise((done) => listener.close(done));
});

const login = (user = 'ada'): Promise<ServerLogin> =>
  logIn(client, new Map([['user', user]]), new Secret('a password'));

/** As long as the other side listens. */
function repeat(bytes: Buffer): void {
  const write = (): void => {
    while (!server.destroyed && server.write(bytes));
  };
  server.on('drain', write);
  write();
}

describe('a server that has let us in', () => {
  beforeEach(() => server.write(authenticationOk));

  it.each([
    ['parameters', message('S', Buffer.from(`search_path\0${'x'.repeat(1_000)}\0`))],
    ['notices', message('N', Buffer.from('Mon and on\0\0'))],
    ['keys', message('K', Buffer.alloc(8))],
  ])('is not heard out where its greeting has no end: %s', async (_what, bytes) => {
    repeat(bytes);
    expect(await login()).toEqual({ kind: 'unusable', why: 'the greeting of the server has no end' });
  });

  it('is not heard out in a message that is too large, or shorter than its own length', async () => {
    server.write(Buffer.from([0x53, 0x7f, 0xff, 0xff, 0xff]));
    await expect(login()).rejects.toThrow('a message is too large');
    server.write(Buffer.from([0x53, 0, 0, 0, 3]));
    await expect(login()).rejects.toThrow('a message is too large');
  });
});

it('a server that says nothing is let go with the client it is for', async () => {
  const accepted = once(listener, 'connection');
  const open = async (): Promise<Socket> => {
    const address = listener.address();
    const socket = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  };
  const place = { host: '127.0.0.1', port: 5432, authorities: createSecureContext() };
  const secured = securedServer(place, open, client);
  const [silent] = (await accepted) as [Socket];
  const gone = once(silent.on('error', () => undefined).resume(), 'close');
  client.destroy();
  await expect(secured).rejects.toThrow('127.0.0.1:5432 broke off the connection');
  await gone;
});

it('a server that says everything byte by byte is understood', async () => {
  const ready = message('Z', Buffer.from('I'));
  const key = Buffer.from('pid+keys');
  const said = Buffer.concat([authenticationOk, message('K', key), ready]);
  const done = login();
  for (const byte of said) {
    server.write(Buffer.from([byte]));
    // What is there of a message is not asked for so often that the rest of it has no turn.
    await new Promise((next) => setTimeout(next, 1));
  }
  expect(await done).toEqual({ kind: 'ready', greeting: ready, cancelKey: key });
});

it('a user whose name would go on as another parameter is told to no server', async () => {
  const heard: Buffer[] = [];
  server.on('data', (bytes) => heard.push(bytes));
  await expect(login('ada\0replication\0true')).rejects.toThrow(TypeError);
  client.end();
  await once(server, 'end');
  expect(heard).toEqual([]);
});
