import type { Secret } from '../secret.ts';

/**
 * Why a request to an authorization server did not give a token. The closed list the refresh
 * classification decides on; it says what was seen, never what to do about it.
 */
export type OAuthFailureCause =
  /** A well-formed error object (RFC 6749 §5.2) from the configured endpoint. */
  | {
      readonly kind: 'oauth_error';
      readonly error: string;
      readonly description: string | undefined;
      readonly status: number;
      /** The connection was neither verified TLS nor loopback: anybody may have said it. */
      readonly unverified?: boolean;
    }
  /** An HTTP status without a well-formed OAuth error. */
  | { readonly kind: 'http_status'; readonly status: number }
  /** Status 200 that is not a token reply: HTML, truncated JSON, no access_token, unknown token_type. */
  | { readonly kind: 'malformed'; readonly status: number; readonly what: string }
  /** No reply: DNS, connection, TLS, reset; or, `answered`, one that cannot be read. `code` as Node names it. */
  | { readonly kind: 'network'; readonly code: string; readonly answered?: true }
  | { readonly kind: 'timeout' }
  /** The reply came but its content failed a check: ID token, nonce, iss, missing S256. */
  | { readonly kind: 'rejected'; readonly what: string; readonly check?: Check };

/** The checks that the configuration can be made to pass. */
export type Check = 'issuer' | 'registration' | 'moved' | 'plain_http';

export class OAuthFailure extends Error {
  readonly failure: OAuthFailureCause;
  /** Seconds, from `Retry-After` in either form. */
  readonly retryAfter: number | undefined;
  /**
   * The request went out and its answer did not come, or not whole: the server may have done what was asked. Such a
   * request may only be repeated as it was.
   */
  readonly replyLost: boolean;
  /** The reply was no good, but for this: the one it was paid with may be spent. */
  readonly refreshToken: Secret | undefined;

  constructor(
    message: string,
    failure: OAuthFailureCause,
    options: {
      retryAfter?: number | undefined;
      replyLost?: boolean;
      refreshToken?: Secret | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'OAuthFailure';
    this.failure = failure;
    this.retryAfter = options.retryAfter;
    this.replyLost = options.replyLost ?? false;
    this.refreshToken = options.refreshToken;
  }
}
