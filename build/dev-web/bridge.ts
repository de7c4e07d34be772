import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../../core/ports.ts';
import type { RunningApi } from '../../electron/api/app-api.ts';
import { failureForPages } from '../../electron/api/declined.ts';
import { methods } from '../../ipc/channels.ts';
import { contract, type Method } from '../../ipc/contract.ts';
import type { Outcome } from '../../ipc/views.ts';
import { type DevSession, sessionHeader } from './session.ts';

/** Everything below this path is the bridge's; the rest is pages. */
export const bridgePath = '/keytray-dev/';

const largestRequest = 64 * 1024;

interface BridgeOptions {
  readonly running: RunningApi;
  readonly session: DevSession;
  readonly logger: Logger;
}

function end(response: ServerResponse, status: number, value?: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(value === undefined ? '' : JSON.stringify(value));
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    length += chunk.length;
    if (length > largestRequest) throw new RangeError('too large');
    chunks.push(chunk);
  }
  return length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
}

/** The contract over HTTP, for whoever has the session; Host and Origin have been checked before. */
export function createBridge({ running, session, logger }: BridgeOptions) {
  const call = async (method: Method, request: unknown): Promise<Outcome<unknown>> => {
    const parsed = contract[method].request.safeParse(request ?? undefined);
    if (!parsed.success) {
      return {
        ok: false,
        error: { error: 'invalid_request', error_description: `${method}: ${parsed.error.message}` },
      };
    }
    try {
      const handler = running.api[method] as (request: unknown) => Promise<unknown>;
      return { ok: true, value: await handler(parsed.data) };
    } catch (error) {
      return { ok: false, error: failureForPages(error, logger) };
    }
  };
  const redeem = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    const key = typeof body === 'string' ? session.redeem(body) : undefined;
    end(response, key === undefined ? 403 : 200, key);
  };
  const events = (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'application/jsonl', 'cache-control': 'no-store' });
    const stop = running.listen((event) => response.write(`${JSON.stringify(event)}\n`));
    response.once('close', stop);
  };
  return async (request: IncomingMessage, response: ServerResponse, name: string): Promise<void> => {
    if (request.method !== 'POST') return end(response, 405);
    if (name === 'session') return await redeem(request, response);
    if (!session.admits(request.headers[sessionHeader])) return end(response, 403);
    if (name === 'events') return events(response);
    const method = methods.find((known) => known === name);
    if (method === undefined) return end(response, 404);
    end(response, 200, await call(method, await bodyOf(request)));
  };
}
