import type { Server } from 'node:http';
import type { Server as NetServer } from 'node:net';
import { KeytrayError } from '../errors.ts';
import type { LoopbackPeers, PortHolder } from '../ports.ts';
import type { RedirectSettings } from '../services/shapes.ts';

export interface Listening {
  readonly port: number;
  readonly listening: readonly Server[];
}

/** A free port on IPv4 may be taken on IPv6; the system gives another one each time. */
const tries = 10;

/** Of the ports that are taken, in the message. */
const mostNamed = 3;

/** Listens on 127.0.0.1, and on ::1 with the same port where browsers may resolve the host to it. */
export async function listenOn(
  settings: RedirectSettings,
  create: () => Server,
  peers: Pick<LoopbackPeers, 'holder'>,
): Promise<Listening> {
  const ports = settings.ports === 'any' ? Array.from({ length: tries }, () => 0) : settings.ports;
  for (const port of ports) {
    const listening = await listenOnPort(settings, port, create);
    if (listening !== undefined) return listening;
  }
  throw await noPort(settings, peers);
}

async function listenOnPort(
  settings: RedirectSettings,
  wanted: number,
  create: () => Server,
): Promise<Listening | undefined> {
  const first = create();
  if ((await listen(first, wanted, '127.0.0.1')) !== 'listening') return undefined;
  const address = first.address();
  const port = typeof address === 'object' && address !== null ? address.port : wanted;
  if (settings.host !== 'localhost') return { port, listening: [first] };

  const second = create();
  switch (await listen(second, port, '::1')) {
    case 'listening':
      return { port, listening: [first, second] };
    case 'no such address':
      return { port, listening: [first] };
    case 'taken':
      await new Promise((resolve) => first.close(resolve));
      return undefined;
  }
}

export type ListenResult = 'listening' | 'taken' | 'no such address';

/** On this address and no other. Rejects with the system's error where it is not about the address or port. */
export function listen(server: NetServer, port: number, host: string): Promise<ListenResult> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve('taken');
      else if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') resolve('no such address');
      else reject(error);
    };
    server.once('error', onError);
    server.listen({ port, host, exclusive: true, ipv6Only: host === '::1' }, () => {
      server.removeListener('error', onError);
      resolve('listening');
    });
  });
}

async function noPort({ ports, host }: RedirectSettings, peers: Pick<LoopbackPeers, 'holder'>): Promise<KeytrayError> {
  if (ports === 'any')
    return new KeytrayError('misconfigured', 'no free port on 127.0.0.1 for the browser redirect', {
      advice: 'End programs that hold many ports, or sign in with a code or a pasted address.',
    });
  const held: string[] = [];
  for (const port of ports.slice(0, mostNamed)) {
    const holder =
      (await peers.holder('127.0.0.1', port)) ?? (host === 'localhost' && (await peers.holder('::1', port)));
    if (holder) held.push(ports.length === 1 ? holderWords(holder) : `${port} by ${holderWords(holder)}`);
  }
  const list = ports.join(', ');
  return new KeytrayError(
    'misconfigured',
    ports.length === 1
      ? `port ${list} of the redirect URI is used by ${held[0] ?? 'another program'}`
      : `ports ${list} of the redirect URI are used by other programs${held.length === 0 ? '' : ` (${held.join(', ')})`}`,
    { advice: 'End one of those programs, or register another port and set redirect.port.' },
  );
}

/** For people. */
export const holderWords = ({ uid, program }: PortHolder): string => `${program ?? 'a program'} of uid ${uid}`;
