import { createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Account } from '../../../core/accounts/account.ts';
import { ServerDirectory } from '../../../core/accounts/server-directory.ts';
import { NodeHttp } from '../../../core/http/node-http.ts';
import { longestExchange } from '../../../core/http/timed-fetch.ts';
import { revokeToken } from '../../../core/oauth/revocation.ts';
import { Secret } from '../../../core/secret.ts';
import { MemoryStore } from '../../../core/stores/memory-store.ts';
import { accountSettings, noEndpoints } from '../../support/authorization-server.ts';
import { ManualClock } from '../../support/manual-clock.ts';

/** A server that takes every request and sends a header that never ends, a byte at a time. */
async function startDrippingServer() {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  let dripped = (): void => undefined;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', (request: Buffer) => {
      asked.push(request.toString('latin1').split(' ', 1)[0] ?? '');
      socket.write('HTTP/1.1 200 OK\r\nX-Drip: ');
      const timer = setInterval(() => {
        socket.write('.');
        dripped();
      }, 5);
      socket.once('close', () => clearInterval(timer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    asked,
    /** Resolves when a client that was connected has got its next bytes. */
    drip: () =>
      new Promise<void>((resolve) => {
        dripped = resolve;
      }),
    close: async (): Promise<void> => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('a server whose answer never ends', () => {
  let server: Awaited<ReturnType<typeof startDrippingServer>>;
  let clock: ManualClock;
  let directory: ServerDirectory;

  beforeEach(async () => {
    server = await startDrippingServer();
    clock = new ManualClock();
    // The limits on silence never fire: there is no silence.
    directory = new ServerDirectory(new NodeHttp(), clock);
  });
  afterEach(() => server.close());

  const accountOf = (settings: Parameters<typeof accountSettings>[0]): Account =>
    new Account(accountSettings(settings), { store: new MemoryStore(), clock, changed: () => undefined });

  async function endsInTime(work: Promise<unknown>): Promise<void> {
    let ended = false;
    const outcome = work
      .catch((error: unknown) => error)
      .finally(() => {
        ended = true;
      });
    for (let drop = 0; drop < 3; drop += 1) await server.drip();
    clock.advance(longestExchange - 1);
    await server.drip();
    expect(ended).toBe(false);
    clock.advance(1);
    expect(await outcome).toMatchObject({ failure: { kind: 'timeout' } });
    expect(clock.untilNextTimer).toBeUndefined();
  }

  it('does not hold a sign-in or refresh that looks for its metadata', async () => {
    await endsInTime(directory.of(accountOf({ issuer: server.url, endpoints: noEndpoints })));
    expect(server.asked).toEqual(['GET']);
  });

  it('does not hold the refreshes that wait for it to show itself after a sleep', async () => {
    const endpoints = {
      ...noEndpoints,
      authorizationEndpoint: `${server.url}/authorize`,
      tokenEndpoint: `${server.url}/token`,
    };
    const account = accountOf({ issuer: undefined, endpoints });
    const found = await directory.of(account);
    directory.doubt();
    await endsInTime(directory.proveReachable(account, found));
    expect(server.asked).toEqual(['HEAD']);
  });

  it('does not hold an exchange of tokens', async () => {
    const endpoints = {
      ...noEndpoints,
      authorizationEndpoint: `${server.url}/authorize`,
      tokenEndpoint: `${server.url}/token`,
      revocationEndpoint: `${server.url}/revoke`,
    };
    const found = await directory.of(accountOf({ issuer: undefined, endpoints }));
    await endsInTime(revokeToken(found, new Secret('refresh'), 'refresh_token'));
    expect(server.asked).toEqual(['POST']);
  });
});
