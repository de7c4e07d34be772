import type { Socket } from 'node:net';
import { endianness, release } from 'node:os';
import type { LoopbackPeers, PeerOwner, PortHolder } from '../ports.ts';
import { getSocketOption } from './libc.ts';
import { readProcNetTcp } from './proc-net-tcp.ts';
import { programOfSocket } from './program-of-socket.ts';
import { askSockDiag, type SockDiagReply } from './sock-diag.ts';
import { descriptorOf } from './socket-descriptor.ts';
import {
  listeningTuple,
  peerTuple,
  reversed,
  type TcpEntry,
  type TcpTuple,
  tcpEstablished,
  tcpListen,
} from './tcp-connection.ts';

export interface KernelPeersOptions {
  readonly uid: number;
  /** `os.release()`. */
  readonly kernelRelease?: string;
  readonly platform?: NodeJS.Platform;
  /** Default: sock_diag(7) where the machine's integers are little-endian. */
  readonly askKernel?: (tuple: TcpTuple) => SockDiagReply;
}

/** Asks Linux who is at the other end: sock_diag, else the tables in /proc/net. Costs nothing until it is asked. */
export class KernelPeers implements LoopbackPeers {
  readonly underWindows: boolean;
  readonly #uid: number;
  readonly #platform: NodeJS.Platform;
  readonly #askKernel: (tuple: TcpTuple) => SockDiagReply;
  /** It has found a socket once. */
  #kernelAnswers = false;

  constructor(options: KernelPeersOptions) {
    this.#uid = options.uid;
    this.#platform = options.platform ?? process.platform;
    this.underWindows = /microsoft/i.test(options.kernelRelease ?? release());
    this.#askKernel = options.askKernel ?? (endianness() === 'LE' ? askSockDiag : () => ({ kind: 'unavailable' }));
  }

  async owner(connection: Socket): Promise<PeerOwner> {
    if (this.#platform !== 'linux') return { kind: 'not_told' };
    const tuple = peerTuple(connection);
    const entries = tuple === undefined ? [] : await this.#entries(tuple, reversed(tuple));
    // Asked last: while our end was established, no other socket can have had the peer's four numbers. A peer that
    // reset the connection gives them up, and the next to have them may be the person's browser.
    if (!this.#isEstablished(connection)) return { kind: 'unknown', entry: 'closing' };
    const [entry] = entries;
    if (entry === undefined) return { kind: 'unknown', entry: 'none' };
    if (entries.length > 1 || entry.state !== tcpEstablished || entry.inode === 0) {
      return { kind: 'unknown', entry: 'closing' };
    }
    return entry.uid === this.#uid ? { kind: 'ours' } : { kind: 'other', uid: entry.uid };
  }

  async holder(address: '127.0.0.1' | '::1', port: number): Promise<PortHolder | undefined> {
    if (this.#platform !== 'linux') return undefined;
    const tuple = listeningTuple(address, port);
    const anywhere = { ...tuple, source: { address: Buffer.alloc(tuple.source.address.length), port } };
    const asked = this.#askKernel(tuple);
    const entries =
      asked.kind === 'entry'
        ? [asked.entry]
        : [...((await readProcNetTcp(tuple)) ?? []), ...((await readProcNetTcp(anywhere)) ?? [])];
    const entry = entries.find(({ state, inode }) => state === tcpListen && inode !== 0);
    return entry && { uid: entry.uid, program: await programOfSocket(entry.inode, entry.uid) };
  }

  async #entries(tuple: TcpTuple, ownEnd: TcpTuple): Promise<readonly TcpEntry[]> {
    const asked = this.#askKernel(tuple);
    if (asked.kind === 'entry') {
      this.#kernelAnswers = true;
      return [asked.entry];
    }
    // A kernel without the module for TCP says "no such socket" of every one, also of ours.
    if (asked.kind === 'none' && !this.#kernelAnswers) this.#kernelAnswers = this.#askKernel(ownEnd).kind === 'entry';
    if (asked.kind === 'none' && this.#kernelAnswers) return [];
    const listed = await readProcNetTcp(tuple);
    // The table is read piece by piece, and can pass over a socket while others come and go.
    return (listed?.length === 0 ? await readProcNetTcp(tuple) : listed) ?? [];
  }

  /** TCP_INFO of tcp(7): the state comes first. The first WSL has none. */
  #isEstablished(connection: Socket): boolean {
    const fd = descriptorOf(connection);
    if (fd === undefined) return false;
    const [ipprotoTcp, tcpInfo] = [6, 11];
    const info = getSocketOption(fd, ipprotoTcp, tcpInfo, 8);
    return info === undefined ? this.underWindows : info[0] === tcpEstablished;
  }
}
