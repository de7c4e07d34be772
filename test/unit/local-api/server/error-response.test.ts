import { describe, expect, it } from 'vitest';
import { type FailureCode, failures, KeytrayError } from '../../../../core/errors.ts';
import { errorResponse, RequestRefused, rawErrorResponse } from '../../../../core/local-api/server/error-response.ts';
import { errorSchema } from '../../../../core/wire/error-schemas.ts';
import { failureOf } from '../../../../core/wire/error-view.ts';
import { MemoryLogger } from '../../../support/broker-socket.ts';

const codes = Object.keys(failures) as FailureCode[];

describe('errorResponse', () => {
  it.each(codes)('%s crosses the wire and comes back the same', (code) => {
    const sent = new KeytrayError(code, 'for people', { account: 'lab', loginId: 'l1', retryAfter: 1.5 });
    const response = errorResponse(sent, new MemoryLogger());
    expect(response.status).toBe(failures[code].status);
    expect(response.headers).toEqual({ 'Retry-After': '2' });
    expect(errorSchema.parse(response.body)).toEqual(response.body);
    const { message, account, loginId, retryAfter } = failureOf(response.status, JSON.stringify(response.body));
    expect({ message, account, loginId, retryAfter }).toEqual({
      message: 'for people',
      account: 'lab',
      loginId: 'l1',
      retryAfter: 1.5,
    });
  });

  it('says nothing of a failure it does not know, not even in the log', () => {
    const logger = new MemoryLogger();
    const response = errorResponse(new TypeError('cannot read eyJhbGciOi'), logger);
    expect(response.status).toBe(500);
    expect(response.body.error).toBe('internal_error');
    expect(JSON.stringify([response, logger.lines])).not.toContain('eyJ');
    expect(logger.lines.map(({ level }) => level)).toEqual(['error']);
    expect(String(logger.lines[0]?.fields.where)).toContain('TypeError at ');
  });

  it('keeps the status of HTTP for refusals of HTTP', () => {
    const response = errorResponse(new RequestRefused(405, 'not here', { Allow: 'GET' }), new MemoryLogger());
    expect(response).toEqual({
      status: 405,
      headers: { Allow: 'GET' },
      body: { error: 'invalid_request', error_description: 'not here' },
    });
    expect(rawErrorResponse(response)).toMatch(/^HTTP\/1\.1 405 Method Not Allowed\r\n[\s\S]*Allow: GET\r\n\r\n\{/);
  });
});

describe('failureOf', () => {
  it.each(['', 'not json', 'null', '[]', '{"error":"made_up"}', '{"error":"toString"}', '{"error":7}'])(
    'takes %j for no answer of ours',
    (text) => {
      expect(failureOf(502, text).code).toBe('internal_error');
    },
  );
});
