import { STATUS_CODES } from 'node:http';
import { HTTPException } from 'hono/http-exception';
import { failures, KeytrayError, placeOf } from '../../errors.ts';
import { failureView } from '../../failures/failure-view.ts';
import type { Logger } from '../../ports.ts';
import type { ErrorView } from '../../wire/error-schemas.ts';

/** A failure as it goes over the wire: the one shape every route, guard and refused upgrade answers with. */
export interface ErrorResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ErrorView;
}

/** A refusal of HTTP itself: its code is `invalid_request`, its status is the one RFC 9110 has for it. */
export class RequestRefused extends KeytrayError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super('invalid_request', message);
    this.status = status;
    this.headers = headers;
  }
}

/** Maps any failure to its answer. What is no `KeytrayError` says nothing about itself: its text may hold a secret. */
export function errorResponse(error: unknown, logger: Logger): ErrorResponse {
  const failure = asKeytrayError(error, logger);
  const headers: Record<string, string> = {};
  if (failure instanceof RequestRefused) Object.assign(headers, failure.headers);
  // RFC 9110 section 10.2.3: whole seconds.
  if (failure.retryAfter !== undefined) headers['Retry-After'] = String(Math.ceil(failure.retryAfter));
  return {
    status: failure instanceof RequestRefused ? failure.status : failures[failure.code].status,
    headers,
    body: failureView(failure),
  };
}

export function asKeytrayError(error: unknown, logger: Logger): KeytrayError {
  if (error instanceof KeytrayError) return error;
  if (error instanceof HTTPException && error.status < 500) {
    return new KeytrayError('invalid_request', requestProblem(error.status));
  }
  logger.error('unexpected failure in the local API', { where: placeOf(error) });
  return new KeytrayError('internal_error', 'internal error; see the broker log');
}

/** For connections that are no longer, or not yet, HTTP's. */
export function rawErrorResponse(response: ErrorResponse): string {
  const body = JSON.stringify(response.body);
  const lines = [
    `HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? 'Error'}`,
    'Content-Type: application/json',
    'Cache-Control: no-store',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    ...Object.entries(response.headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

function requestProblem(status: number): string {
  return status === 415 ? 'the body must be sent as application/json' : 'the body is not valid JSON';
}
