import { isIPv6, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { type ProxySources, proxyFor } from '../http/proxy-variables.ts';
import { connectTo } from '../http/server-connection.ts';
import { readAuthority, trusting } from '../http/trusted-authorities.ts';
import { isLoopback } from '../platform/loopback-host.ts';
import type { TlsSettings } from '../ports.ts';

/** Milliseconds until a server must have taken a connection; what it does with it afterwards may take longer. */
const timeouts = { connect: 10_000, reply: 600_000 };

/**
 * A new connection to the server of `url`, with the authorities and proxies that the broker would use. Throws
 * `KeytrayError` `misconfigured` for authorities or proxies that cannot be used, else the system's error.
 */
export async function connectToServer(url: URL, tls: TlsSettings, proxies: ProxySources): Promise<Socket> {
  const connection = { timeouts, signal: undefined };
  if (url.protocol === 'http:') return await connectTo(url, { ...connection, trust: undefined, proxy: undefined });
  const trust = { context: await authoritiesOf(tls.ca), verify: tls.verify };
  // What stays on this machine is not shown to a proxy.
  const proxy = isLoopback(url.hostname) ? undefined : proxyFor(url, proxies)?.url;
  return await connectTo(url, { ...connection, trust, proxy });
}

/** Those of the system, and those of a PEM file, read anew each time: they are replaced while we run. Throws `misconfigured`. */
export async function authoritiesOf(ca: string | undefined): Promise<SecureContext> {
  return trusting(ca === undefined ? undefined : await readAuthority(ca));
}

/** Milliseconds of silence after which the kernel asks whether the other side is still there. */
const keepAliveAfter = 60_000;

/** A TCP connection that may be silent for as long as it likes. */
export async function connectTcp({ host, port }: { readonly host: string; readonly port: number }): Promise<Socket> {
  const url = new URL(`http://${isIPv6(host) ? `[${host}]` : host}:${port}`);
  const socket = await connectTo(url, { timeouts, signal: undefined, trust: undefined, proxy: undefined });
  socket.setTimeout(0);
  socket.setKeepAlive(true, keepAliveAfter);
  return socket;
}
