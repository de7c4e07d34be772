import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { KeytrayError } from '../../../core/errors.ts';
import { NothingSent } from '../../../core/http/nothing-sent.ts';
import { failureOfReply, failureOfThrown, malformedReply, rejectedReply } from '../../../core/oauth/map-error.ts';
import { type Reply, readReply } from '../../../core/oauth/reply.ts';
import { withoutTokens } from '../../../core/untrusted/server-text.ts';

const address = new URL('https://login.lab.example/token');

const replyOf = (status: number, body: unknown, headers: Record<string, string> = {}): Promise<Reply> =>
  readReply(address, new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers }));

describe('failureOfReply', () => {
  it('keeps a well-formed error', async () => {
    const reply = await replyOf(400, { error: 'invalid_grant', error_description: 'expired' });
    const failure = failureOfReply(reply);
    expect(failure.failure).toEqual({
      kind: 'oauth_error',
      error: 'invalid_grant',
      description: 'expired',
      status: 400,
    });
    expect(failure.message).toBe('login.lab.example wants a new sign-in (expired)');
  });

  it.each([
    ['HTML', '<html>'],
    ['a cut object', '{"error":"invalid_gr'],
    ['an array', []],
    ['an error that is no text', { error: { code: 'invalid_grant' } }],
    ['an empty error', { error: '' }],
    ['an error with control characters', { error: 'invalid\u0007grant' }],
    ['a novel', { error: 'x'.repeat(101) }],
  ])('sees only a status in %s', async (_what, body) => {
    expect(failureOfReply(await replyOf(400, body)).failure).toEqual({ kind: 'http_status', status: 400 });
  });

  it('marks an error that anybody could have sent', async () => {
    const reply = await replyOf(400, { error: 'invalid_grant' });
    expect(failureOfReply(reply, { trusted: false }).failure).toMatchObject({ unverified: true });
    expect(failureOfReply(reply, { trusted: true }).failure).not.toHaveProperty('unverified');
  });

  it('carries Retry-After', async () => {
    expect(failureOfReply(await replyOf(503, '', { 'retry-after': '7' })).retryAfter).toBe(7);
  });

  it('repeats no secret, no control character and no novel', async () => {
    const description = `token very-secret-token is \u001b[1mbad ${'x'.repeat(500)}`;
    const reply = await replyOf(400, { error: 'invalid_grant', error_description: description });
    const failure = failureOfReply(reply, { sent: ['very-secret-token'] });
    expect(inspect(failure)).not.toContain('very-secret-token');
    expect(failure.failure).toMatchObject({ description: expect.stringContaining('token [secret] is [1mbad') });
    expect(failure.message).toBe('login.lab.example wants a new sign-in');
    expect(inspect(failure)).not.toContain('\u001b[1m');
  });
});

describe('malformedReply', () => {
  it.each([
    ['half an object', '{"access_token":"a","tok', true],
    ['nothing', '', true],
    ['white space', ' \r\n', true],
    ['HTML', '<html>Welcome', false],
    ['another object', '{"token_type":"bearer"}', false],
    ['a list', '[', false],
  ])('knows whether a reply was cut off: %s', async (_what, body, replyLost) => {
    expect(malformedReply(await replyOf(200, body), 'a token reply')).toMatchObject({ replyLost });
  });
});

describe('a reply without a usable access token', () => {
  it('is not good for nothing: its refresh token takes the place of the one it was paid with', async () => {
    const reply = await replyOf(200, { access_token: 'a', token_type: 'mac', refresh_token: 'the-next' });
    const { refreshToken } = malformedReply(reply, 'a token reply');
    expect(refreshToken?.reveal()).toBe('the-next');
  });

  it.each([{ token_type: 'bearer' }, { refresh_token: '' }, { refresh_token: 7 }, '<html>', null])(
    '%j brings none',
    async (body) => {
      expect(malformedReply(await replyOf(200, body), 'a token reply').refreshToken).toBeUndefined();
    },
  );
});

describe('withoutTokens', () => {
  it.each([
    'Zq3-77aTokenTokenToken_0123456789',
    'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl',
    'abcdefabcdef0123456789abcdefabcdef01234567',
    'gho_AbCdEfGhIjKlMnOpQrStUvWxYz',
  ])('takes %s out', (token) => {
    expect(withoutTokens(`the value "${token}" is bad`)).toBe('the value "[secret]" is bad');
  });

  it.each([
    'AADSTS700082: the refresh token has expired (Trace ID: 0a1b2c3d-0000-4000-8000-123456789abc)',
    'see https://login.lab.example/errors/invalid-grant',
    'at 2026-11-23T11:20:00Z in authorization_code_flow_of_the_client',
  ])('leaves "%s"', (text) => {
    expect(withoutTokens(text)).toBe(text);
  });
});

describe('failureOfThrown', () => {
  const fetchFailed = (code: string) =>
    new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) });

  it.each([
    ['ECONNREFUSED', 'login.lab.example does not accept connections'],
    ['ENOTFOUND', 'login.lab.example cannot be found'],
    ['EAI_AGAIN', 'login.lab.example cannot be reached: the network seems to be down'],
    ['ECONNRESET', 'login.lab.example cannot be reached'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'the certificate of login.lab.example is not trusted'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'the certificate of login.lab.example is not trusted: the server signed it itself'],
    ['CERT_NOT_YET_VALID', 'the certificate of login.lab.example is not valid yet'],
    ['CERT_HAS_EXPIRED', 'the certificate of login.lab.example has expired'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'the certificate of login.lab.example is for another host'],
    ['PROXY_ANSWERED_407', 'the proxy on the way to login.lab.example asks for a password'],
    ['PROXY_ANSWERED_403', 'the proxy on the way to login.lab.example refused the connection'],
  ])('keeps %s for those who ask, and says it plainly', (code, words) => {
    const failure = failureOfThrown(fetchFailed(code), address);
    expect(failure).toMatchObject({ failure: { kind: 'network', code } });
    expect(failure.message).toBe(words);
  });

  it.each([
    [
      'a connection that was never there',
      new NothingSent(Object.assign(new Error('x'), { code: 'ECONNRESET' })),
      false,
    ],
    ['a certificate that was not trusted', new NothingSent(Object.assign(new Error('x'), { code: 'CERT_X' })), false],
    ['another fetch that was refused', fetchFailed('ECONNREFUSED'), false],
    ['another fetch that found no name', fetchFailed('ENOTFOUND'), false],
    ['a connection that broke', fetchFailed('ECONNRESET'), true],
    ['a time-out', new DOMException('x', 'TimeoutError'), true],
    ['no time to connect', new NothingSent(Object.assign(new Error('x'), { code: 'ETIMEDOUT' })), false],
  ])('knows whether a reply may be lost: %s', (_what, thrown, replyLost) => {
    expect(failureOfThrown(thrown, address)).toMatchObject({ replyLost });
  });

  it('takes ETIMEDOUT for a time-out', () => {
    expect(failureOfThrown(fetchFailed('ETIMEDOUT'), address)).toMatchObject({ failure: { kind: 'timeout' } });
  });

  it('takes an aborted request for a time-out', () => {
    expect(failureOfThrown(new DOMException('x', 'TimeoutError'), address)).toMatchObject({
      failure: { kind: 'timeout' },
    });
  });

  it('finds the first of several failed addresses', () => {
    const both = new AggregateError([Object.assign(new Error('x'), { code: 'EHOSTUNREACH' })]);
    expect(failureOfThrown(new TypeError('fetch failed', { cause: both }), address)).toMatchObject({
      failure: { code: 'EHOSTUNREACH' },
    });
  });

  it('leaves our own errors as they are', () => {
    const ours = new KeytrayError('misconfigured', 'tls.ca: cannot read /x');
    expect(failureOfThrown(new Error('something went wrong', { cause: ours }), address)).toBe(ours);
  });

  it('knows when it knows nothing', () => {
    expect(failureOfThrown('a string', address)).toMatchObject({ failure: { kind: 'network', code: 'UNKNOWN' } });
  });
});

describe('rejectedReply', () => {
  it('says what was wrong and leaves the answer behind', () => {
    const cause = Object.assign(
      new Error('unexpected JWT "nonce" (nonce) claim value', { cause: { body: 'very-secret' } }),
      {
        name: 'OperationProcessingError',
      },
    );
    const failure = rejectedReply(new Error('unexpected JWT claim value encountered', { cause }));
    expect(failure.failure).toEqual({ kind: 'rejected', what: 'unexpected JWT "nonce" (nonce) claim value' });
    expect(inspect(failure, { depth: 9 })).not.toContain('very-secret');
  });
});
