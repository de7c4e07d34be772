import type { Socket } from 'node:net';
import { getSocketOption } from './libc.ts';
import { descriptorOf } from './socket-descriptor.ts';

/**
 * The uid at the other end of a Unix socket, Linux: of the process that connected, or for the side that connected, of
 * the process that listened. Undefined where the kernel does not say: the caller must then refuse.
 */
export function uidOfPeer(socket: Socket): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const fd = descriptorOf(socket);
  // asm-generic/socket.h: SOL_SOCKET, SO_PEERCRED; struct ucred { pid_t pid; uid_t uid; gid_t gid; }.
  const credentials = fd === undefined ? undefined : getSocketOption(fd, 1, 17, 12);
  return credentials?.length === 12 ? credentials.readUInt32LE(4) : undefined;
}
