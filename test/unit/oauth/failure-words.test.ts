import { describe, expect, it } from 'vitest';
import { KeytrayError } from '../../../core/errors.ts';
import { NothingSent } from '../../../core/http/nothing-sent.ts';
import {
  failureOfReply,
  failureOfThrown,
  isTimestampProblem,
  malformedReply,
  rejectedReply,
} from '../../../core/oauth/map-error.ts';
import { OAuthFailure } from '../../../core/oauth/oauth-failure.ts';
import { readReply } from '../../../core/oauth/reply.ts';

const address = new URL('https://login.lab.example:8443/token');
const replyOf = (status: number, body: unknown, headers = {}) =>
  readReply(address, new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers }));
const withCode = (code: unknown, cause?: unknown) => Object.assign(new Error('x', { cause }), { code });

describe('what is said of a reply', () => {
  it('that is no OAuth error', async () => {
    expect(failureOfReply(await replyOf(502, '<html>')).message).toBe(
      'login.lab.example:8443 has a problem of its own right now',
    );
  });

  it.each([
    ['without description', {}],
    ['with an empty one', { error_description: ' \n' }],
    ['with one that is no text', { error_description: { text: 'x' } }],
  ])('that is an OAuth error %s', async (_what, more) => {
    const failure = failureOfReply(await replyOf(400, { error: 'invalid_grant', ...more }));
    expect(failure.message).toBe('login.lab.example:8443 wants a new sign-in');
    expect(failure.failure).toEqual({
      kind: 'oauth_error',
      error: 'invalid_grant',
      description: undefined,
      status: 400,
    });
  });

  it('that repeats a secret as its error', async () => {
    const reply = await replyOf(400, { error: 'my-secret-value' });
    expect(failureOfReply(reply, { sent: ['my-secret-value'] }).failure).toMatchObject({ error: '[secret]' });
  });

  it('that asks for patience', async () => {
    const reply = await replyOf(400, { error: 'slow_down' }, { 'retry-after': '9' });
    expect(failureOfReply(reply).retryAfter).toBe(9);
    expect(malformedReply(reply, 'a token').retryAfter).toBe(9);
  });

  it('that is something else', async () => {
    const failure = malformedReply(await replyOf(200, '<html>'), 'a device code');
    expect(failure.message).toBe('login.lab.example:8443 gave an answer that Keytray cannot use');
    expect(failure.failure).toEqual({ kind: 'malformed', status: 200, what: 'not a device code' });
  });

  it.each([
    ['a page with a brace', '<html>{', false],
    ['an object behind spaces', '  {"a', true],
    ['text behind spaces', '  x', false],
  ])('that may be cut off: %s', async (_what, body, replyLost) => {
    expect(malformedReply(await replyOf(200, body), 'it')).toMatchObject({ replyLost });
  });
});

describe('what is said of no reply', () => {
  it.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'BODY_TOO_LARGE'])(
    'it is not lost with %s',
    (code) => {
      expect(failureOfThrown(withCode(code), address)).toMatchObject({ replyLost: false });
    },
  );

  it.each(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])('it may be lost with %s', (code) => {
    expect(failureOfThrown(withCode(code), address)).toMatchObject({ replyLost: true });
  });

  it('that time ran out, by name or by code', () => {
    const words = 'login.lab.example:8443 did not answer in time';
    for (const thrown of [
      new DOMException('x', 'AbortError'),
      new DOMException('x', 'TimeoutError'),
      withCode('ETIMEDOUT'),
    ]) {
      expect(failureOfThrown(thrown, address)).toMatchObject({
        message: words,
        failure: { kind: 'timeout' },
        replyLost: true,
      });
    }
    const unsent = new NothingSent(new DOMException('x', 'TimeoutError'));
    expect(failureOfThrown(unsent, address)).toMatchObject({ failure: { kind: 'timeout' }, replyLost: false });
  });

  it('the innermost code is the one that tells', () => {
    expect(failureOfThrown(withCode('OUTER', withCode('INNER')), address)).toMatchObject({
      failure: { code: 'INNER' },
    });
    expect(failureOfThrown(withCode('OUTER', new Error('x')), address)).toMatchObject({ failure: { code: 'OUTER' } });
  });

  it.each([7, '', 'lower', '7UP', 'A B', 'XxX', 'ENO-ENT', ' EPIPE', undefined])('%j is no code', (code) => {
    expect(failureOfThrown(withCode(code), address)).toMatchObject({ failure: { kind: 'network', code: 'UNKNOWN' } });
  });

  it('a reason of its own goes before the first of several addresses', () => {
    const several = new AggregateError([withCode('FIRST'), withCode('SECOND')], 'x', { cause: withCode('REASON') });
    expect(failureOfThrown(several, address)).toMatchObject({ failure: { code: 'REASON' } });
  });

  it('a chain that leads back to itself comes to an end', () => {
    const ring = withCode('ERING');
    ring.cause = ring;
    expect(failureOfThrown(ring, address)).toMatchObject({ failure: { code: 'ERING' } });
  });

  it('is looked for eight causes deep, no deeper', () => {
    const nest = (depth: number): Error =>
      depth === 0 ? withCode('EDEEP') : new Error('x', { cause: nest(depth - 1) });
    expect(failureOfThrown(nest(7), address)).toMatchObject({ failure: { code: 'EDEEP' } });
    expect(failureOfThrown(nest(8), address)).toMatchObject({ failure: { code: 'UNKNOWN' } });
  });

  it('what is said already stays as it is', () => {
    const ours = new KeytrayError('misconfigured', 'x');
    const failed = new OAuthFailure('x', { kind: 'timeout' });
    expect(failureOfThrown(ours, address)).toBe(ours);
    expect(failureOfThrown(failed, address)).toBe(failed);
  });
});

describe('what is said of a reply that fails a check', () => {
  const named = (name: string, message: string, cause?: unknown) =>
    Object.assign(new Error(message, { cause }), { name });

  it.each([
    [
      'by the words of the library beneath',
      named('X', 'outer', named('OperationProcessingError', 'wrong "iss"')),
      'wrong "iss"',
    ],
    ['by the outermost words else', named('X', 'outer', named('Y', 'inner')), 'outer'],
    ['by nothing, where nothing is known', 'a string', 'unknown'],
    ['without the tokens in it', named('X', 'bad abcdefghij0123456789'), 'bad [secret]'],
  ])('%s', (_how, thrown, what) => {
    const failure = rejectedReply(thrown);
    expect(failure.failure).toEqual({ kind: 'rejected', what });
    expect(failure.message).toBe('the answer of the sign-in server did not pass a check');
    expect(failure.replyLost).toBe(false);
  });

  it.each([
    ['a wrong time', withCode('x', withCode('OAUTH_JWT_TIMESTAMP_CHECK_FAILED')), true],
    ['another claim', withCode('OAUTH_JWT_CLAIM_COMPARISON_FAILED'), false],
    ['nothing known', 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED', false],
  ])('whether a skewed clock explains it: %s', (_what, thrown, is) => {
    expect(isTimestampProblem(thrown)).toBe(is);
  });
});

describe('a failure', () => {
  it('keeps its cause, and is lost only where that is said', () => {
    const cause = new Error('inner');
    const failure = new OAuthFailure('words', { kind: 'timeout' }, { cause, retryAfter: 3 });
    expect(failure).toMatchObject({ name: 'OAuthFailure', message: 'words', cause, retryAfter: 3, replyLost: false });
    expect(new OAuthFailure('words', { kind: 'timeout' }, { replyLost: true }).replyLost).toBe(true);
  });
});
