import type { Socket } from 'node:net';

/** The socket's file descriptor; undefined once it is closed: the number may be another socket's by now. */
export function descriptorOf(socket: Socket): number | undefined {
  // Node exposes no public accessor; the handle's fd has been there, with this meaning, since Node 4.
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null) return undefined;
  const fd: unknown = Reflect.get(handle, 'fd');
  return typeof fd === 'number' && Number.isInteger(fd) && fd >= 0 ? fd : undefined;
}
