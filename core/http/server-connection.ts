import { type ClientRequestArgs, request } from 'node:http';
import { connect, isIP, type Socket } from 'node:net';
import { addAbortSignal } from 'node:stream';
import { type SecureContext, connect as secure } from 'node:tls';
import { largestHead } from './exchange.ts';
import { credentialsOf, proxyAuthorization } from './proxy-variables.ts';
import { askSocks, isSocksScheme } from './socks.ts';

/** Milliseconds without a sign of life. */
export interface HttpTimeouts {
  readonly connect: number;
  readonly reply: number;
}

export interface Trust {
  readonly context: SecureContext;
  readonly verify: boolean;
}

export interface Way {
  /** Undefined for plain http. */
  readonly trust: Trust | undefined;
  readonly proxy: URL | undefined;
  readonly timeouts: HttpTimeouts;
  readonly signal: AbortSignal | undefined;
}

/** A connection of its own to the server of `target`; it ends by itself when silent for too long or given up. */
export async function connectTo(target: URL, way: Way): Promise<Socket> {
  if (way.trust === undefined) return await opened(connect(endOf(target, 80)), 'connect', way);
  if (way.proxy === undefined) return await opened(overTls(target, way.trust), 'secureConnect', way);
  const trust = way.proxy.protocol === 'https:' ? way.trust : undefined;
  const tunnel = await connectTo(way.proxy, { ...way, trust, proxy: undefined });
  try {
    if (isSocksScheme(way.proxy.protocol)) {
      await askSocks(tunnel, way.proxy.protocol, endOf(target, 443), credentialsOf(way.proxy));
    } else await askForTunnel(tunnel, way.proxy, `${target.hostname}:${target.port || 443}`);
    // From here on the connection inside is the one that is watched. Its end is the end of both.
    tunnel.setTimeout(0);
    return await opened(overTls(target, way.trust, tunnel), 'secureConnect', way);
  } catch (error) {
    tunnel.destroy();
    throw error;
  }
}

function endOf(target: URL, defaultPort: number): { readonly host: string; readonly port: number } {
  const host = target.hostname.replace(/^\[(.+)\]$/, '$1');
  return { host, port: target.port === '' ? defaultPort : Number(target.port) };
}

function overTls(target: URL, trust: Trust, socket?: Socket): Socket {
  const end = endOf(target, 443);
  return secure({
    ...end,
    ...(socket === undefined ? {} : { socket }),
    // RFC 6066 section 3: names only.
    ...(isIP(end.host) === 0 ? { servername: end.host } : {}),
    secureContext: trust.context,
    rejectUnauthorized: trust.verify,
    ALPNProtocols: ['http/1.1'],
  });
}

function opened(socket: Socket, event: 'connect' | 'secureConnect', { timeouts, signal }: Way): Promise<Socket> {
  socket.on('timeout', () => socket.destroy(failure('no sign of life in time', 'ETIMEDOUT')));
  socket.setTimeout(timeouts.connect);
  if (signal !== undefined) addAbortSignal(signal, socket);
  return new Promise((resolve, reject) => {
    socket.once(event, () => {
      socket.setTimeout(timeouts.reply);
      resolve(socket);
    });
    // Stays: an error between two users of the connection must not end the process.
    socket.on('error', reject);
    socket.once('close', () => reject(failure('the connection ended', 'ECONNRESET')));
  });
}

/** CONNECT, RFC 9110 section 9.3.6. */
async function askForTunnel(tunnel: Socket, proxy: URL, authority: string): Promise<void> {
  const authorization = proxyAuthorization(proxy);
  const options: ClientRequestArgs = {
    createConnection: () => tunnel,
    maxHeaderSize: largestHead,
    method: 'CONNECT',
    path: authority,
    headers: { host: authority, ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }) },
  };
  const status = await new Promise<number | undefined>((resolve, reject) => {
    request(options)
      .once('connect', (answer) => resolve(answer.statusCode))
      .on('error', reject)
      .end();
  });
  if (status !== 200) throw failure('the proxy opened no tunnel', `PROXY_ANSWERED_${status}`);
}

const failure = (message: string, code: string): Error => Object.assign(new Error(message), { code });
