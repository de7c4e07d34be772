import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { ServerCertificate } from './authority.ts';
import { createFaults, type Faults, waitOut } from './faults.ts';

/** A request as an emulator saw it. */
export interface RecordedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface EmulatorReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON; text as it is. */
  readonly body?: unknown;
}

/** Undefined: the emulator leaves the answer to whoever has the response already. */
export type EmulatorHandler = (
  request: RecordedRequest,
  raw: { readonly request: IncomingMessage; readonly response: ServerResponse },
) => EmulatorReply | undefined | Promise<EmulatorReply | undefined>;

export interface HttpEmulator {
  /** Origin, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Every request in order, those that met a fault too. */
  readonly requests: readonly RecordedRequest[];
  /** The requests for one path. */
  to(path: string): readonly RecordedRequest[];
  readonly faults: Faults;
  /** Milliseconds its clock is ahead of ours: in `Date` and in all it checks. */
  clockOffset: number;
  /** Milliseconds since the epoch by its clock. */
  now(): number;
  close(): Promise<void>;
}

/** An HTTP(S) server on loopback that records every request and can be told to fail. */
export async function startHttpEmulator(
  handle: EmulatorHandler,
  options: { readonly certificate?: ServerCertificate | undefined; readonly host?: '127.0.0.1' | 'localhost' } = {},
): Promise<HttpEmulator> {
  const { certificate, host = '127.0.0.1' } = options;
  const requests: RecordedRequest[] = [];
  const faults = createFaults();
  const answering = new Set<Duplex>();
  const spoiled = new WeakSet<Duplex>();

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://emulator.invalid');
    const { method = '', headers } = request;
    const seen = { method, path: url.pathname, query: url.searchParams, headers, body: await text(request) };
    requests.push(seen);
    const fault = faults.take(seen.path);
    if (fault?.kind === 'silent') return;
    if (fault?.kind === 'reset') return void request.socket.destroy();
    await waitOut(fault);
    response.sendDate = false;
    response.setHeader('date', new Date(emulator.now()).toUTCString());
    const reply = fault?.kind === 'reply' ? fault : await handle(seen, { request, response });
    if (fault?.kind === 'lost') return void request.socket.destroy();
    if (reply !== undefined) send(response, reply);
  };
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    answering.add(request.socket);
    response.once('close', () => {
      answering.delete(request.socket);
      if (spoiled.has(request.socket)) request.socket.end();
    });
    serve(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(`emulator: ${error instanceof Error ? error.stack : String(error)}`);
    });
  };
  const server = certificate === undefined ? createServer(answer) : createTlsServer({ ...certificate }, answer);
  // Datadog's Python client sends two bytes more than its Content-Length says: Node calls them a bad second request.
  server.on('clientError', (_error, socket) => {
    if (answering.has(socket)) spoiled.add(socket);
    else socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const emulator: HttpEmulator = {
    url: `${certificate === undefined ? 'http' : 'https'}://${host}:${port}`,
    port,
    requests,
    to: (path) => requests.filter((request) => request.path === path),
    faults,
    clockOffset: 0,
    now: () => Date.now() + emulator.clockOffset,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return emulator;
}

function send(response: ServerResponse, { status = 200, headers = {}, body }: EmulatorReply): void {
  const isJson = typeof body === 'object' && body !== null;
  response.writeHead(status, { ...(isJson ? { 'content-type': 'application/json' } : {}), ...headers });
  response.end(isJson ? JSON.stringify(body) : body);
}

/** The body as JSON where its type says so, else as a form; empty where it is neither. */
export function fieldsOf(request: RecordedRequest): Readonly<Record<string, unknown>> {
  const type = request.headers['content-type']?.split(';')[0]?.trim();
  if (type === 'application/x-www-form-urlencoded') return Object.fromEntries(new URLSearchParams(request.body));
  if (type !== 'application/json') return {};
  try {
    const json: unknown = JSON.parse(request.body);
    return typeof json === 'object' && json !== null ? { ...json } : {};
  } catch {
    return {};
  }
}

/** The credential after `Bearer `, undefined where the header is another one or missing. */
export function bearerOf(request: RecordedRequest): string | undefined {
  return /^Bearer ([\x21-\x7e]+)$/.exec(request.headers.authorization ?? '')?.[1];
}
