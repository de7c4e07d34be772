import type { Socket } from 'node:net';
import { ConnectionEnded, readBytes } from '../../http/read-bytes.ts';

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
