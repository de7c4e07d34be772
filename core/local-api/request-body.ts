import type { IncomingMessage } from 'node:http';
import { KeytrayError } from '../errors.ts';
import { largestBody, payloadTooLarge } from './guards.ts';

// Beyond this a sender is not waited for, so that it may miss our answer.
const discardedAtMost = 8 * 1024 * 1024;

/** RFC 9112 section 6.3: a request has a body only where a header says so. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

export function declaresTooMuch({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? 0) > largestBody;
}

/** The whole body, whatever way it is sent. Rejects with `payload_too_large`. */
export async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const length = await receive(incoming, (chunk, soFar) => {
    if (soFar <= largestBody) chunks.push(chunk);
  });
  if (length > largestBody) throw payloadTooLarge();
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

/**
 * Reads on and forgets, within limits: on a Unix socket an answer is lost when its sender
 * closes while the other side's bytes are still unread.
 */
export async function discardBody(incoming: IncomingMessage): Promise<void> {
  if (incoming.readableEnded || incoming.destroyed || incoming.headers.expect !== undefined) return;
  await receive(incoming, () => undefined);
}

/** Resolves to the number of bytes seen: at the end, or when there are too many even to throw away. */
function receive(incoming: IncomingMessage, take: (chunk: Buffer, soFar: number) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    let length = 0;
    incoming.on('data', (chunk: Buffer) => {
      length += chunk.length;
      take(chunk, length);
      if (length <= discardedAtMost) return;
      incoming.pause();
      resolve(length);
    });
    incoming.once('end', () => resolve(length));
    incoming.once('error', () => reject(new KeytrayError('invalid_request', 'the body did not arrive')));
    incoming.once('close', () => reject(new KeytrayError('invalid_request', 'the body did not arrive')));
  });
}
