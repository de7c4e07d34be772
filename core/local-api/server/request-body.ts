import type { IncomingMessage } from 'node:http';
import { KeytrayError } from '../../errors.ts';
import { ByteBuffer } from './byte-buffer.ts';
import { payloadTooLarge } from './guards.ts';
import { sizes } from './limits.ts';

/** RFC 9112 section 6.3: a request has a body only where a header says so. */
export function hasBody({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

export function declaresTooMuch({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? 0) > sizes.body;
}

/**
 * The whole body, whatever way it is sent. Rejects with `payload_too_large`, or with what `grows` throws, which is
 * called once when the body turns out to be no small one.
 */
export async function readBody(incoming: IncomingMessage, grows: () => void): Promise<Buffer> {
  const body = new ByteBuffer();
  let failure: { readonly error: unknown } | undefined;
  const length = await receive(incoming, (chunk, soFar) => {
    if (failure !== undefined || soFar > sizes.body) return;
    if (soFar > sizes.smallBody && body.length <= sizes.smallBody) failure = failureOf(grows);
    if (failure === undefined) body.append(chunk);
  });
  if (failure !== undefined) throw failure.error;
  if (length > sizes.body) throw payloadTooLarge();
  return body.takeAll();
}

/**
 * Reads on and forgets, within limits: on a Unix socket an answer is lost when its sender
 * closes while the other side's bytes are still unread.
 */
export async function discardBody(incoming: IncomingMessage): Promise<void> {
  if (incoming.readableEnded || incoming.destroyed || incoming.isPaused()) return;
  if (incoming.headers.expect !== undefined) return;
  await receive(incoming, () => undefined);
}

/** Resolves to the number of bytes seen: at the end, or, with the stream paused, when there are too many even to throw away. */
function receive(incoming: IncomingMessage, take: (chunk: Buffer, soFar: number) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    let length = 0;
    let pieces = 0;
    incoming.on('data', (chunk: Buffer) => {
      length += chunk.length;
      pieces += 1;
      take(chunk, length);
      // At once, without an answer: every further piece would become an object of its own.
      if (pieces > sizes.bodyPieces) incoming.socket.destroy();
      if (length <= sizes.discarded) return;
      incoming.pause();
      resolve(length);
    });
    incoming.once('end', () => resolve(length));
    // An error is dear, and 'close' comes after every body.
    const cutShort = (): void => {
      if (!incoming.readableEnded) reject(new KeytrayError('invalid_request', 'the body did not arrive'));
    };
    incoming.once('error', cutShort);
    incoming.once('close', cutShort);
  });
}

function failureOf(action: () => void): { readonly error: unknown } | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return { error };
  }
}
