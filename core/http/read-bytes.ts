import type { Socket } from 'node:net';

/** The other side ended, or said something that is too large. */
export class ConnectionEnded extends Error {}

/**
 * Exactly so many bytes; what follows them stays in the socket, for `pipe`. The socket must have an 'error' listener.
 * Rejects with `ConnectionEnded`, or the socket's own error.
 */
export function readBytes(socket: Socket, length: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const tryIt = (): boolean => {
      const bytes: unknown = length === 0 ? Buffer.alloc(0) : socket.read(length);
      if (Buffer.isBuffer(bytes) && bytes.length === length) resolve(bytes);
      else if (bytes !== null || socket.destroyed || socket.readableEnded) {
        reject(socket.errored ?? new ConnectionEnded('the connection ended'));
      } else return false;
      return true;
    };
    if (tryIt()) return;
    // A new listener is told at once of bytes that are there: one for each try would be told of the same part of a
    // message again and again, and the rest of it would never get its turn.
    const events = ['readable', 'end', 'close'] as const;
    const listener = (): void => {
      if (tryIt()) for (const event of events) socket.off(event, listener);
    };
    for (const event of events) socket.on(event, listener);
  });
}
