import type { IncomingMessage } from 'node:http';
import { KeytrayError } from '../errors.ts';
import { oneLineOf } from '../failures/next-step.ts';
import type { Secret } from '../secret.ts';
import { printable } from '../untrusted/plain-text.ts';
import type { EndpointAnswer } from './program-endpoints.ts';

/** What an endpoint hands out. */
export interface EndpointToken {
  readonly token: Secret;
  readonly tokenType: string;
  /** Milliseconds since the epoch; undefined: no end is known. */
  readonly expiresAt: number | undefined;
  readonly scope: string | undefined;
}

/** Throws `KeytrayError`. */
export type TokenSource = () => Promise<EndpointToken>;

/** An answer with a token, or with what is the matter in words of ours. */
export async function answerWithToken(
  source: TokenSource,
  body: (token: EndpointToken) => Readonly<Record<string, unknown>>,
): Promise<EndpointAnswer> {
  try {
    return { status: 200, body: JSON.stringify(body(await source())) };
  } catch (failure) {
    if (!(failure instanceof KeytrayError)) throw failure;
    // Clients try again after a 503, and ask a person for another key after a 401.
    const status = failure.code === 'temporarily_unavailable' ? 503 : 403;
    return errorAnswer(status, failure.code, oneLineOf(failure));
  }
}

/** RFC 6749 §5.2. */
export function errorAnswer(status: number, error: string, description: string): EndpointAnswer {
  const line = printable(`keytray: ${description}`).trim();
  return { status, body: JSON.stringify({ error, error_description: line }) };
}

/** What token requests have is a fraction of this. */
const largestBody = 64 * 1024;

/** Undefined where it is too large. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
