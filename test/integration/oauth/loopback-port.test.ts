import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { listenOn } from '../../../core/http/loopback-port.ts';
import type { RedirectSettings } from '../../../core/services/shapes.ts';
import { kernelPeers } from '../../support/loopback-peers.ts';

/** This process, which holds the ports that are taken here. */
const comm = readFileSync('/proc/self/comm', 'utf8').trim();
const holder = `${comm} (pid ${process.pid}) of uid ${process.getuid?.()}`;

const servers: Server[] = [];
const create = (): Server => {
  const server = createServer();
  servers.push(server);
  return server;
};
afterEach(async () => {
  for (const server of servers.splice(0).filter(({ listening }) => listening))
    await new Promise((resolve) => server.close(resolve));
});

const settings = (more: Partial<RedirectSettings>): RedirectSettings => ({
  host: '127.0.0.1',
  ports: 'any',
  path: '/callback',
  ...more,
});

/** A port somebody else listens on: none that the system gives out, on the other address, to whoever asks for any. */
async function takenPort(host = '127.0.0.1', port?: number): Promise<number> {
  const server = create();
  const chosen = port ?? randomInt(20_000, 30_000);
  const answer = new Promise<'listening' | 'error'>((resolve) => {
    server.once('listening', () => resolve('listening')).once('error', () => resolve('error'));
  });
  server.listen({ host, port: chosen, ipv6Only: host === '::1' });
  if ((await answer) === 'listening') return portOf(server);
  if (port !== undefined) throw new Error(`port ${port} is taken`);
  return await takenPort(host);
}

function portOf(server: Server | undefined): number {
  const address = server?.address();
  return typeof address === 'object' && address !== null ? address.port : -1;
}

const hostsOf = (listening: readonly Server[]): readonly unknown[] =>
  listening.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? [address.address, address.port] : undefined;
  });

describe('a redirect URI with any port', () => {
  it('gets a free one on IPv4 alone', async () => {
    const { port, listening } = await listenOn(settings({}), create, kernelPeers);
    expect(port).toBeGreaterThan(1023);
    expect(hostsOf(listening)).toEqual([['127.0.0.1', port]]);
  });

  it('gets the same one on both addresses where browsers may resolve the host to either', async () => {
    const { port, listening } = await listenOn(settings({ host: 'localhost' }), create, kernelPeers);
    expect(hostsOf(listening)).toEqual([
      ['127.0.0.1', port],
      ['::1', port],
    ]);
  });
});

describe('a redirect URI with ports of its own', () => {
  it('takes the first that is free', async () => {
    const taken = await takenPort();
    const free = await takenPort();
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const { port } = await listenOn(settings({ ports: [taken, free] }), create, kernelPeers);
    expect(port).toBe(free);
  });

  it('gives up a port that somebody else has on IPv6, and says which', async () => {
    const taken = await takenPort('::1');
    const tried = listenOn(settings({ host: 'localhost', ports: [taken] }), create, kernelPeers);
    await expect(tried).rejects.toMatchObject({
      code: 'misconfigured',
      message: `port ${taken} of the redirect URI is used by ${holder}`,
      advice: 'End one of those programs, or register another port and set redirect.port.',
    });
    // Given back on IPv4 too: nothing of a failed sign-in stays open.
    expect(await takenPort('127.0.0.1', taken)).toBe(taken);
  });

  it('names them all when none is free', async () => {
    const ports = [await takenPort(), await takenPort()];
    await expect(listenOn(settings({ ports }), create, kernelPeers)).rejects.toMatchObject({
      code: 'misconfigured',
      message: `ports ${ports.join(', ')} of the redirect URI are used by other programs (${ports[0]} by ${holder}, ${ports[1]} by ${holder})`,
      advice: 'End one of those programs, or register another port and set redirect.port.',
    });
  });
});

/** Servers that cannot listen: all of them, or only the second of a pair, which is for IPv6. */
function failing(code: string, which: 'all' | 'second'): () => Server {
  let made = 0;
  return () => {
    const server = create();
    made += 1;
    if (which === 'all' || made % 2 === 0) {
      server.listen = () => {
        queueMicrotask(() => server.emit('error', Object.assign(new Error(code), { code })));
        return server;
      };
    }
    return server;
  };
}

describe('what the system may say', () => {
  it.each(['EADDRNOTAVAIL', 'EAFNOSUPPORT'])('%s for ::1: IPv4 alone will do', async (code) => {
    const { port, listening } = await listenOn(settings({ host: 'localhost' }), failing(code, 'second'), kernelPeers);
    expect(hostsOf(listening)).toEqual([['127.0.0.1', port]]);
  });

  it.each(['EADDRINUSE', 'EACCES'])('%s: the port is somebody else’s', async (code) => {
    await expect(listenOn(settings({}), failing(code, 'all'), kernelPeers)).rejects.toMatchObject({
      code: 'misconfigured',
      message: 'no free port on 127.0.0.1 for the browser redirect',
    });
  });

  it('anything else: as it is', async () => {
    await expect(listenOn(settings({}), failing('EMFILE', 'all'), kernelPeers)).rejects.toMatchObject({
      code: 'EMFILE',
    });
  });
});
