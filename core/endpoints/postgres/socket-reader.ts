import type { Socket } from 'node:net';

/** The other side ended, or said something that is too large. */
export class ConnectionEnded extends Error {}

/**
 * Exactly so many bytes; what follows them stays in the socket, for `pipe`. The socket must have an 'error' listener.
 * Rejects with `ConnectionEnded`, or the socket's own error.
 */
export async function readBytes(socket: Socket, length: number): Promise<Buffer> {
  for (;;) {
    const bytes: unknown = length === 0 ? Buffer.alloc(0) : socket.read(length);
    if (Buffer.isBuffer(bytes) && bytes.length === length) return bytes;
    if (bytes !== null || socket.destroyed || socket.readableEnded) {
      throw socket.errored ?? new ConnectionEnded('the connection ended');
    }
    await changed(socket);
  }
}

function changed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const events = ['readable', 'end', 'close'] as const;
    const done = (): void => {
      for (const event of events) socket.off(event, done);
      resolve();
    };
    for (const event of events) socket.on(event, done);
  });
}

export interface BackendMessage {
  readonly type: string;
  /** Without type and length. */
  readonly body: Buffer;
  /** As it came. */
  readonly bytes: Buffer;
}

/** Before a session has begun, messages are short. */
const largestMessage = 64 * 1024;

export async function readMessage(socket: Socket): Promise<BackendMessage> {
  const head = await readBytes(socket, 5);
  const length = head.readUInt32BE(1) - 4;
  if (length < 0 || length > largestMessage) throw new ConnectionEnded('a message is too large');
  const body = await readBytes(socket, length);
  return { type: head.toString('latin1', 0, 1), body, bytes: Buffer.concat([head, body]) };
}
