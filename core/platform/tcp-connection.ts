import { isIPv4, isIPv6, type Socket } from 'node:net';

/** One end of a TCP connection. Addresses are bytes in network order: 4, or 16 for IPv6. */
export interface TcpEnd {
  readonly address: Buffer;
  readonly port: number;
}

/** A socket by its exact four numbers; one that listens has a destination of zeros. */
export interface TcpTuple {
  readonly source: TcpEnd;
  readonly destination: TcpEnd;
}

/** What the kernel lists of a socket. */
export interface TcpEntry {
  /** linux/tcp_states.h. */
  readonly state: number;
  readonly uid: number;
  /** 0: the socket belongs to no process any more, and `uid` says nothing. */
  readonly inode: number;
}

export const tcpEstablished = 1;
export const tcpListen = 10;

/** The peer's own socket: its address as source, ours as destination. Undefined for a connection that is closed. */
export function peerTuple(connection: Socket): TcpTuple | undefined {
  const { localAddress, localPort, remoteAddress, remotePort } = connection;
  const source = tcpEnd(remoteAddress, remotePort);
  const destination = tcpEnd(localAddress, localPort);
  return source && destination && source.address.length === destination.address.length
    ? { source, destination }
    : undefined;
}

export const reversed = ({ source, destination }: TcpTuple): TcpTuple => ({ source: destination, destination: source });

export function listeningTuple(address: '127.0.0.1' | '::1', port: number): TcpTuple {
  const source = { address: addressBytes(address) ?? Buffer.alloc(4), port };
  return { source, destination: { address: Buffer.alloc(source.address.length), port: 0 } };
}

function tcpEnd(address: string | undefined, port: number | undefined): TcpEnd | undefined {
  const bytes = address === undefined ? undefined : addressBytes(address);
  return bytes === undefined || port === undefined ? undefined : { address: bytes, port };
}

/** Loopback only, as Node writes it: `127.0.0.1`, `::1`, `::ffff:127.0.0.1`. */
export function addressBytes(address: string): Buffer | undefined {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (isIPv4(plain)) return Buffer.from(plain.split('.').map(Number));
  if (isIPv6(plain) && plain === '::1') return Buffer.from([...Array.from({ length: 15 }, () => 0), 1]);
  return undefined;
}
