import { isIP, type Socket } from 'node:net';
import { type SecureContext, connect as secure } from 'node:tls';
import { systemCodeOf } from '../../errors.ts';
import { readBytes } from '../../http/read-bytes.ts';
import { sslRequest } from './messages.ts';
import type { SessionRefusal } from './startup.ts';

export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  /** The authorities that vouch for it. */
  readonly authorities: SecureContext;
}

/** Opens a TCP connection, through whatever lies between. */
export type Connect = (address: Pick<PostgresAddress, 'host' | 'port'>) => Promise<Socket>;

/** A failure with words for the client. */
export class NoServer extends Error {
  readonly refusal: SessionRefusal;

  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    // sqlclient_unable_to_establish_sqlconnection
    this.refusal = { code: '08001', message };
  }
}

/** Milliseconds in which a server must say something until the connection is secured. */
const longestSilence = 30_000;

/**
 * Connected, encrypted and verified: chain and name, whatever `sslmode` a client has. It ends with `asker`, also while a
 * server keeps us waiting. Throws `NoServer`.
 */
export async function securedServer(address: PostgresAddress, connect: Connect, asker?: Socket): Promise<Socket> {
  const { host, port, authorities } = address;
  const plain = await connect(address).catch((cause: unknown) => {
    throw new NoServer(`${host}:${port} cannot be reached (${systemCodeOf(cause)})`, cause);
  });
  plain.on('error', () => plain.destroy());
  plain.setTimeout(longestSilence, () => plain.destroy());
  asker?.once('close', () => plain.destroy());
  if (asker?.destroyed) plain.destroy();
  try {
    plain.write(sslRequest);
    const answer = (await readBytes(plain, 1)).toString('latin1');
    if (answer !== 'S') throw new NoServer(`${host}:${port} offers no TLS: nothing was sent to it`);
    // Bytes that came before encryption could be taken for the server's (CVE-2021-23222).
    if (plain.readableLength > 0) throw new NoServer(`${host}:${port} sent something before TLS`);
    const server = await encrypted(plain, host, authorities);
    plain.setTimeout(0);
    return server;
  } catch (error) {
    plain.destroy();
    if (error instanceof NoServer) throw error;
    throw new NoServer(`${host}:${port} broke off the connection (${systemCodeOf(error, 'ended')})`, error);
  }
}

function encrypted(plain: Socket, host: string, authorities: SecureContext): Promise<Socket> {
  const server = secure({
    socket: plain,
    host,
    // RFC 6066 section 3: names only.
    ...(isIP(host) === 0 ? { servername: host } : {}),
    secureContext: authorities,
    rejectUnauthorized: true,
    ALPNProtocols: ['postgresql'],
  });
  return new Promise((resolve, reject) => {
    server.once('secureConnect', () => resolve(server));
    // Stays: an error between two users of the connection must not end the process.
    server.on('error', (cause) => {
      const why = systemCodeOf(cause);
      reject(new NoServer(`the certificate of ${host} is not accepted (${why})`, cause));
      server.destroy();
    });
    server.once('close', () => reject(new NoServer(`${host} broke off the connection (ECONNRESET)`)));
  });
}
