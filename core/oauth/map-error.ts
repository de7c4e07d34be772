import { z } from 'zod';
import { KeytrayError } from '../errors.ts';
import { NothingSent } from '../http/nothing-sent.ts';
import { UnreadableReply } from '../http/unreadable-reply.ts';
import { plainText } from '../untrusted/plain-text.ts';
import { isErrorCode, withoutTokens, withoutValues } from '../untrusted/server-text.ts';
import { wordsOfNetwork, wordsOfOAuthError, wordsOfStatus } from './failure-words.ts';
import { OAuthFailure, type OAuthFailureCause } from './oauth-failure.ts';
import type { Reply } from './reply.ts';
import { readRefreshToken } from './token-body.ts';

const errorBody = z.looseObject({
  error: z.string().refine(isErrorCode),
  error_description: z.unknown().optional(),
});

/** Nothing was sent, where the HTTP port does not say so itself. */
const noReplyLost: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'BODY_TOO_LARGE',
]);

export interface MappingContext {
  /** False where the answer could be forged: TLS not verified, and not on this machine. */
  readonly trusted?: boolean;
  /** Secret values of the request, which an answer may repeat. */
  readonly sent?: readonly string[];
}

/** An answer that is no success: an OAuth error object (RFC 6749 §5.2) or a bare status. */
export function failureOfReply(reply: Reply, context: MappingContext = {}): OAuthFailure {
  const { retryAfter, status } = reply;
  const host = reply.address.host;
  const parsed = errorBody.safeParse(reply.json);
  if (!parsed.success) {
    return new OAuthFailure(wordsOfStatus(status, host), { kind: 'http_status', status }, { retryAfter });
  }
  const clean = (words: string): string => withoutTokens(withoutValues(words, context.sent ?? []));
  const error = clean(parsed.data.error);
  const text = parsed.data.error_description;
  const description = typeof text === 'string' ? plainText(clean(text)) || undefined : undefined;
  const failure: OAuthFailureCause = { kind: 'oauth_error', error, description, status };
  return new OAuthFailure(
    wordsOfOAuthError(error, description, host, status),
    context.trusted === false ? { ...failure, unverified: true } : failure,
    { retryAfter },
  );
}

/** The OAuth error an answer holds, if any. */
export function refusalIn(reply: Reply | undefined): OAuthFailure | undefined {
  const failure = reply === undefined || reply.status === 204 ? undefined : failureOfReply(reply);
  return failure?.failure.kind === 'oauth_error' ? failure : undefined;
}

export function malformedReply(reply: Reply, what: string): OAuthFailure {
  return new OAuthFailure(
    `${reply.address.host} gave an answer that Keytray cannot use`,
    { kind: 'malformed', status: reply.status, what: `not ${what}` },
    { retryAfter: reply.retryAfter, replyLost: isCutOff(reply), refreshToken: readRefreshToken(reply.json) },
  );
}

/** The beginning of a JSON object, or nothing at all: a page of somebody else's looks different. */
const isCutOff = ({ json, text }: Reply): boolean => json === undefined && /^\s*($|\{)/.test(text);

/** What fetch threw: no answer, half of one, or one that cannot be read. A `KeytrayError` (a CA file that is missing) stays what it is. */
export function failureOfThrown(thrown: unknown, address: URL): OAuthFailure | KeytrayError {
  if (thrown instanceof OAuthFailure || thrown instanceof KeytrayError) return thrown;
  const chain = causesOf(thrown);
  const ours = chain.find((error) => error instanceof KeytrayError);
  if (ours !== undefined) return ours;
  const unreadable = chain.find((error) => error instanceof UnreadableReply);
  if (unreadable !== undefined) {
    const { code, message } = unreadable;
    const failure: OAuthFailureCause = { kind: 'network', code, answered: true };
    return new OAuthFailure(`the answer of ${address.host} cannot be read: ${message}`, failure);
  }
  const code = chain.map(codeOf).findLast((found) => found !== undefined) ?? 'UNKNOWN';
  const timedOut = chain.some((error) => error.name === 'TimeoutError' || error.name === 'AbortError');
  const replyLost = !chain.some((error) => error instanceof NothingSent) && !noReplyLost.has(code);
  if (timedOut || code === 'ETIMEDOUT') {
    return new OAuthFailure(`${address.host} did not answer in time`, { kind: 'timeout' }, { replyLost });
  }
  return new OAuthFailure(wordsOfNetwork(code, address.host), { kind: 'network', code }, { replyLost });
}

/**
 * What openid-client or jose found wrong with an answer that arrived, in the fixed words of the library. Their
 * `cause` holds the answer itself, tokens and all, and is left behind here. `algorithm`: that of its ID token.
 */
export function rejectedReply(thrown: unknown, algorithm?: string): OAuthFailure {
  const chain = causesOf(thrown);
  const found = chain.find((error) => error.name === 'OperationProcessingError') ?? chain[0];
  const words = plainText(withoutTokens(found?.message ?? 'unknown'));
  if (algorithm !== undefined) return rejectedIdToken(algorithm, words, 'did not pass a check');
  const message = 'the answer of the sign-in server did not pass a check';
  return new OAuthFailure(message, { kind: 'rejected', what: words });
}

/** `plain`: what people are told of `words`. */
export function rejectedIdToken(algorithm: string, words: string, plain: string): OAuthFailure {
  const message = `the ID token of the sign-in server, signed with ${algorithm}, ${plain}`;
  return new OAuthFailure(message, { kind: 'rejected', what: `ID token signed with ${algorithm}: ${words}` });
}

/** True where only the time of the ID token was wrong, which a skewed clock of ours explains. */
export function isTimestampProblem(thrown: unknown): boolean {
  return causesOf(thrown).some((error) => codeOf(error) === 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED');
}

function causesOf(thrown: unknown): readonly Error[] {
  const chain: Error[] = [];
  let error = thrown;
  while (error instanceof Error && chain.length < 8) {
    chain.push(error);
    error = error instanceof AggregateError && error.cause === undefined ? error.errors[0] : error.cause;
  }
  return chain;
}

const codeOf = (error: Error): string | undefined =>
  'code' in error && typeof error.code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(error.code) ? error.code : undefined;
