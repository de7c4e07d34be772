import { askNetlink } from './libc.ts';
import type { TcpEntry, TcpTuple } from './tcp-connection.ts';

export type SockDiagReply =
  | { readonly kind: 'entry'; readonly entry: TcpEntry }
  /** No such socket, or a kernel that cannot list TCP sockets: both are the same error. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unavailable' };

const netlinkSockDiag = 4;
const sockDiagByFamily = 20;
const errorMessage = 2;
const noSuchEntry = -2;
const sequence = 1;
const headerSize = 16;
const socketIdSize = 48;
const replySize = headerSize + 4 + socketIdSize + 20;

/**
 * The socket with exactly these four numbers, by one query of sock_diag(7): a dump of all sockets would take longer
 * the more of them another user holds.
 */
export function askSockDiag(tuple: TcpTuple): SockDiagReply {
  const reply = askNetlink(netlinkSockDiag, encodeQuery(tuple), 1024);
  return reply === undefined ? { kind: 'unavailable' } : decodeReply(reply, tuple);
}

/** struct nlmsghdr and inet_diag_req_v2 (linux/netlink.h, linux/inet_diag.h); integers in the machine's own order. */
export function encodeQuery({ source, destination }: TcpTuple): Buffer {
  const query = Buffer.alloc(headerSize + 8 + socketIdSize);
  query.writeUInt32LE(query.length, 0);
  query.writeUInt16LE(sockDiagByFamily, 4);
  // NLM_F_REQUEST alone: with NLM_F_DUMP the addresses would be ignored.
  query.writeUInt16LE(1, 6);
  query.writeUInt32LE(sequence, 8);
  const [inet, inet6, tcp] = [2, 10, 6];
  query.writeUInt8(source.address.length === 4 ? inet : inet6, headerSize);
  query.writeUInt8(tcp, headerSize + 1);
  // Every state: one that is not established must be seen as such, and not as no socket at all.
  query.writeUInt32LE(0xffffffff, headerSize + 4);
  const id = headerSize + 8;
  query.writeUInt16BE(source.port, id);
  query.writeUInt16BE(destination.port, id + 2);
  source.address.copy(query, id + 4);
  destination.address.copy(query, id + 20);
  // INET_DIAG_NOCOOKIE: any socket with these numbers.
  query.fill(0xff, id + 40, id + 48);
  return query;
}

/** struct inet_diag_msg: family, state, timer, retrans; the id; expires, rqueue, wqueue, uid, inode. */
export function decodeReply(reply: Buffer, { source, destination }: TcpTuple): SockDiagReply {
  if (reply.length < headerSize + 4 || reply.readUInt32LE(8) !== sequence) return { kind: 'unavailable' };
  const type = reply.readUInt16LE(4);
  if (type === errorMessage) {
    return { kind: reply.readInt32LE(headerSize) === noSuchEntry ? 'none' : 'unavailable' };
  }
  if (type !== sockDiagByFamily || reply.length < replySize) return { kind: 'unavailable' };
  const id = headerSize + 4;
  const asked = reply.readUInt16BE(id) === source.port && reply.readUInt16BE(id + 2) === destination.port;
  if (!asked) return { kind: 'none' };
  const rest = id + socketIdSize;
  return {
    kind: 'entry',
    entry: {
      state: reply.readUInt8(headerSize + 1),
      uid: reply.readUInt32LE(rest + 12),
      inode: reply.readUInt32LE(rest + 16),
    },
  };
}
