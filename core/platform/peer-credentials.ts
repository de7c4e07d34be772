import type { Socket } from 'node:net';
import type { Consumer } from './consumer.ts';
import { executableOnDarwin, getSocketOption } from './libc.ts';
import { executableOfPeer, parentsOfPeer, startTimeOfPeer } from './process-identity.ts';
import { descriptorOf } from './socket-descriptor.ts';

/**
 * Who is on the other side of an accepted Unix socket, as the kernel recorded it at connect().
 * Undefined where the kernel does not say: the caller must then refuse.
 * Which program it runs and since when is read when first asked for, once: few requests need it, and it costs what a
 * read of /proc costs. It is undefined for a peer that has gone by then.
 */
export function peerOf(socket: Socket): Consumer | undefined {
  const fd = descriptorOf(socket);
  if (fd === undefined) return undefined;
  switch (process.platform) {
    case 'linux':
      return peerOnLinux(socket, fd);
    case 'darwin':
      return peerOnDarwin(fd);
    default:
      return undefined;
  }
}

// asm-generic/socket.h: SOL_SOCKET, SO_PEERCRED; struct ucred { pid_t pid; uid_t uid; gid_t gid; }.
function peerOnLinux(socket: Socket, fd: number): Consumer | undefined {
  const credentials = getSocketOption(fd, 1, 17, 12);
  if (credentials?.length !== 12) return undefined;
  const pid = credentials.readInt32LE(0);
  const readOnce = <Value>(read: (socketFd: number, pid: number) => Value | undefined) => {
    let found: { readonly value: Value | undefined } | undefined;
    return (): Value | undefined => {
      // The number of a closed descriptor may be another socket's by now.
      const still = descriptorOf(socket);
      found ??= { value: still === undefined ? undefined : read(still, pid) };
      return found.value;
    };
  };
  const executable = readOnce(executableOfPeer);
  const startTime = readOnce(startTimeOfPeer);
  const parents = readOnce(parentsOfPeer);
  return {
    pid,
    uid: credentials.readUInt32LE(4),
    get executable() {
      return executable();
    },
    get startTime() {
      return startTime();
    },
    get parents() {
      return parents() ?? [];
    },
  };
}

/**
 * Written by sys/un.h and sys/ucred.h, not yet run on a Mac: SOL_LOCAL 0, LOCAL_PEERCRED 1, LOCAL_PEERPID 2;
 * struct xucred { u_int version; uid_t uid; short ngroups; gid_t groups[16]; }, version 0.
 */
function peerOnDarwin(fd: number): Consumer | undefined {
  const credentials = getSocketOption(fd, 0, 1, 76);
  if (credentials === undefined || credentials.length < 8 || credentials.readUInt32LE(0) !== 0) return undefined;
  const peerPid = getSocketOption(fd, 0, 2, 4);
  const pid = peerPid?.length === 4 ? peerPid.readInt32LE(0) : 0;
  const executable = pid > 0 ? executableOnDarwin(pid) : undefined;
  return { pid, uid: credentials.readUInt32LE(4), executable, startTime: undefined, parents: [] };
}
