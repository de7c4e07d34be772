import { Agent, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { KeytrayError, systemCodeOf } from '../../errors.ts';
import { failureOf } from '../../wire/error-view.ts';
import { connectToBroker } from './connection.ts';

// Beyond what the broker itself allows for an answer. Seconds.
const patience = 60;
const largestAnswer = 64 * 1024 * 1024;

export interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  /** Seconds the broker was asked to wait before it answers. */
  readonly wait?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Requests to the broker and their answers, without what they mean. Failures as `LocalApiClient` has them. */
export class BrokerRequests {
  readonly #candidates: readonly string[];
  readonly #kept: Agent | undefined;
  readonly #uid: number;

  constructor(candidates: readonly string[], uid: number, keep: boolean) {
    this.#candidates = candidates;
    this.#uid = uid;
    this.#kept = keep ? keptConnections(() => connectToBroker(candidates, uid)) : undefined;
  }

  async ask<Answer>(exchange: Exchange): Promise<Answer> {
    const answer = await this.send(exchange);
    const text = await textOf(answer);
    if (answer.statusCode === undefined || answer.statusCode >= 300) throw failureOf(answer.statusCode, text);
    return (answer.statusCode === 204 ? undefined : objectOf(text)) as Answer;
  }

  async send(exchange: Exchange): Promise<IncomingMessage> {
    const socket = this.#kept === undefined ? await connectToBroker(this.#candidates, this.#uid) : undefined;
    const body = exchange.body === undefined ? undefined : Buffer.from(JSON.stringify(exchange.body));
    const headers: Record<string, string | number> = { Host: 'keytray' };
    if (socket !== undefined) headers.Connection = 'close';
    if (body !== undefined) {
      headers['Content-Type'] = 'application/json';
      headers['Content-Length'] = body.length;
    }
    return await new Promise((resolve, reject) => {
      const { method, path, signal } = exchange;
      const way = socket === undefined ? { agent: this.#kept } : { createConnection: () => socket };
      const sent = request({ method, path, headers, ...way, ...(signal && { signal }) });
      sent.setTimeout((patience + (exchange.wait ?? 0)) * 1000, () => sent.destroy(new Error('too slow')));
      sent.once('response', resolve);
      sent.once('error', (cause) => {
        if (signal?.aborted) reject(signal.reason);
        // A broker that was started again has closed what was kept: nothing of the request was read.
        else if (sent.reusedSocket && systemCodeOf(cause) === 'ECONNRESET') resolve(this.send(exchange));
        else reject(cause instanceof KeytrayError ? cause : unanswered(cause));
      });
      sent.end(body);
    });
  }
}

function keptConnections(connect: () => Promise<Socket>): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  agent.createConnection = (_options, done) => {
    connect().then(
      (socket) => done?.(null, socket),
      (error: unknown) => (done as ((error: unknown) => void) | undefined)?.(error),
    );
    return undefined;
  };
  return agent;
}

function unanswered(cause: unknown): KeytrayError {
  return new KeytrayError('temporarily_unavailable', 'Keytray does not answer', { cause });
}

export async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of answer) {
      if (!Buffer.isBuffer(chunk)) continue;
      length += chunk.length;
      if (length > largestAnswer) throw new Error('the answer has no end');
      chunks.push(chunk);
    }
  } catch (cause) {
    throw unanswered(cause);
  }
  return Buffer.concat(chunks).toString();
}

export function objectOf(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Reported below, without the text: it may hold a token.
  }
  throw new KeytrayError('internal_error', 'the answer of Keytray is not understood; are both of the same version?');
}
