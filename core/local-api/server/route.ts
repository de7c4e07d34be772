import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Consumer } from '../../platform/consumer.ts';
import type { Logger } from '../../ports.ts';
import type { BrokerApi, Caller } from '../../wire/broker-api.ts';
import { errorSchema } from '../../wire/error-schemas.ts';
import { accountIdSchema } from '../../wire/schemas.ts';
import type { Quota } from './quota.ts';
import type { Quotas } from './quotas.ts';

/** What every route file shares. */
export interface RouteContext {
  readonly broker: BrokerApi;
  readonly logger: Logger;
  /** Milliseconds between two signs of life on an event stream. */
  readonly heartbeat: number;
  /** Streams that end when the server does. */
  readonly streams: Set<ServerResponse>;
  readonly quotas: Pick<Quotas, 'waits' | 'streams'>;
}

export interface RouteBindings {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly consumer: Consumer;
}

export interface RouteEnvironment {
  Bindings: RouteBindings;
}

export type LocalApiApp = OpenAPIHono<RouteEnvironment>;

/** The signal aborts when the connection ends before the answer did. */
export function callerOf({ consumer, outgoing }: RouteBindings): Caller {
  const gone = new AbortController();
  if (outgoing.destroyed) gone.abort();
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) gone.abort();
  });
  return { consumer, signal: gone.signal };
}

/** Holds a place of `quota` while the work is under way. Throws `temporarily_unavailable`. */
export async function holding<T>(quota: Quota, { consumer }: RouteBindings, work: () => Promise<T>): Promise<T> {
  const release = quota.take(consumer.pid);
  try {
    return await work();
  } finally {
    release();
  }
}

export const noStore = { 'Cache-Control': 'no-store' } as const;

export const accountParameter = accountIdSchema.openapi({
  param: { name: 'id', in: 'path', required: true },
  example: 'github@work',
});

/** The part of every route's answers that says how it fails. */
export const failureResponse = {
  default: {
    description: 'The request failed; `error` is a stable code.',
    content: { 'application/json': { schema: errorSchema } },
  },
} as const;

export const jsonBody = <Schema>(schema: Schema) => ({ content: { 'application/json': { schema } } });
export const jsonAnswer = <Schema>(description: string, schema: Schema) => ({
  description,
  content: { 'application/json': { schema } },
});
