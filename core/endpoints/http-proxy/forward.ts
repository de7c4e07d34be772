import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { failures, KeytrayError, systemCodeOf } from '../../errors.ts';
import { oneLineOf } from '../../failures/next-step.ts';
import { printable } from '../../untrusted/plain-text.ts';
import { answerJson } from '../loopback-listener.ts';
import { type AllowRule, isAllowed } from './allow-rule.ts';
import { readRequestPath } from './request-path.ts';
import { answerHeaders } from './response-headers.ts';
import type { CredentialHeader, Upstream, UpstreamAgent } from './upstream.ts';

export interface Forwarding {
  readonly upstream: Upstream;
  readonly agent: UpstreamAgent;
  readonly allow: readonly AllowRule[];
  /** That of the upstream, asked once for all requests that wait for it. */
  readonly credential: Upstream['headers'];
}

export interface JudgedRequest {
  /** What is left of the request's target after our own part of it. */
  readonly target: string;
  /** Those of the caller, judged. */
  readonly headers: readonly string[];
  /** Where the caller finds the upstream's base; no slash at the end. */
  readonly own: string;
}

/** Heads of tens of KiB are seen; Node's own limit is 16 KiB. */
const largestHead = 256 * 1024;

/** Sends a request on, with the account's headers, and its answer back; both as they come. Never rejects. */
export async function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  judged: JudgedRequest,
  forwarding: Forwarding,
): Promise<void> {
  try {
    await exchange(incoming, response, judged, forwarding);
  } catch (error) {
    if (response.headersSent) response.destroy();
    else refuse(incoming, response, refusalOf(error, forwarding.upstream));
  }
}

async function exchange(
  incoming: IncomingMessage,
  response: ServerResponse,
  { target, headers, own }: JudgedRequest,
  { upstream, agent, allow, credential }: Forwarding,
): Promise<void> {
  const { method = '' } = incoming;
  const path = readRequestPath(target);
  if (path.kind === 'refused') throw new KeytrayError('invalid_request', `the path ${path.why}`);
  // RFC 9110 §9.3.8: the answer to TRACE shows the request with its credential.
  if (method === 'TRACE' || method === 'CONNECT') throw new KeytrayError('access_denied', `${method} is not passed on`);
  if (!isAllowed(allow, method, path.decoded)) {
    throw new KeytrayError('access_denied', `${method} ${path.decoded} is not among what --allow names`);
  }
  const base = upstream.url.pathname.replace(/\/$/, '');
  const requested = `${base}${path.encoded}${path.query}`;
  const added = await credential();
  if (response.destroyed) return;
  const headersSent = [...headers, ...framing(incoming), ...revealed(added), 'Host', upstream.url.host];
  const send = (): ClientRequest => {
    const sent = request({
      agent,
      host: upstream.url.hostname,
      method,
      path: requested,
      headers: headersSent,
      setDefaultHeaders: false,
      maxHeaderSize: largestHead,
    });
    // The caller has gone before its answer was complete.
    response.once('close', () => response.writableFinished || sent.destroy());
    return sent;
  };
  const answer = await answered(send, incoming);
  const addresses = { requested: new URL(`${upstream.url.origin}${requested}`), base: upstream.url, own };
  response.writeHead(answer.statusCode ?? 502, answerHeaders(answer.rawHeaders, addresses));
  await passedOn(answer, response);
}

/** The body's length as the caller gave it, else in chunks; nothing where there is none. */
function framing({ headers }: IncomingMessage): readonly string[] {
  const { 'content-length': length } = headers;
  if (length !== undefined) return ['Content-Length', length];
  return headers['transfer-encoding'] === undefined ? [] : ['Transfer-Encoding', 'chunked'];
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

const revealed = (credential: readonly CredentialHeader[]): readonly string[] =>
  credential.flatMap(({ name, value }) => [name, value.reveal()]);

/** The answer may come before the body has been sent, which then goes on. */
async function answered(send: () => ClientRequest, incoming: IncomingMessage): Promise<IncomingMessage> {
  const first = send();
  if (hasBody(incoming)) {
    const answer = responseTo(first);
    incoming.pipe(first);
    // A body that is broken off must not look like one that has ended.
    incoming.once('close', () => incoming.complete || first.destroy());
    return await answer;
  }
  first.end();
  try {
    return await responseTo(first);
  } catch (error) {
    // A kept connection that the server closed just then: nothing of the request was read.
    if (!first.reusedSocket || systemCodeOf(error) !== 'ECONNRESET' || !isRepeatable(incoming)) throw error;
    const second = send();
    second.end();
    return await responseTo(second);
  }
}

/** Resolves when all of it has been handed on. A pipeline of Node's would make an AbortController for each. */
function passedOn(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  return new Promise((resolve, reject) => {
    answer.once('close', () => (answer.complete ? undefined : reject(new Error('the answer was broken off'))));
    answer.on('error', reject);
    response.once('close', resolve);
    answer.pipe(response);
  });
}

const isRepeatable = ({ method }: IncomingMessage): boolean => ['GET', 'HEAD', 'OPTIONS'].includes(method ?? '');

function responseTo(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.once('response', resolve).on('error', reject);
    // Without a listener Node drops the connection and tells nobody.
    sent.once('upgrade', (_answer, socket) => {
      socket.destroy();
      reject(new Error('the server changed the protocol unasked'));
    });
    sent.once('timeout', () => sent.destroy(Object.assign(new Error('silence'), { code: 'ETIMEDOUT' })));
  });
}

export interface Refusal {
  readonly status: number;
  readonly error: string;
  readonly description: string;
  readonly retryAfter?: number | undefined;
}

/** What we say is told from what the server says by its form: that of the local API. */
export function refuse(incoming: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  const { status, error, description, retryAfter } = refusal;
  if (response.destroyed) return;
  if (retryAfter !== undefined) response.setHeader('Retry-After', String(Math.ceil(retryAfter)));
  // What is still to come of its body is not read.
  if (!incoming.complete) response.setHeader('Connection', 'close');
  const line = printable(`keytray: ${description}`).trim();
  answerJson(response, status, JSON.stringify({ error, error_description: line }));
}

function refusalOf(failure: unknown, { url }: Upstream): Refusal {
  if (failure instanceof KeytrayError) {
    const { code, retryAfter } = failure;
    const own = code === 'invalid_request' || code === 'access_denied';
    // Clients try again after a 503. A 401 would make them ask for a password.
    const status = own ? failures[code].status : code === 'temporarily_unavailable' ? 503 : 403;
    return { status, error: code, description: oneLineOf(failure), retryAfter };
  }
  const cause = failure instanceof Error && failure.cause !== undefined ? failure.cause : failure;
  const code = systemCodeOf(cause, '');
  const description = `${url.host} cannot be reached${code === '' ? '' : ` (${code})`}`;
  return { status: code === 'ETIMEDOUT' ? 504 : 502, error: 'temporarily_unavailable', description };
}
