import { plainText } from '../untrusted/plain-text.ts';
import { classOfError, isPassingStatus } from './error-class.ts';
import type { OAuthFailureCause } from './oauth-failure.ts';

/** Longer ones explain the protocol more often than the case. */
const longestDescription = 120;

/** What a server says to developers: names of parameters and errors, addresses, the words of the protocol. */
const protocolWords = /[a-z]_[a-z]|https?:|\b(?:oauth|oidc|openid|pkce|grant|uri|jwt|http|parameter|scope)s?\b/i;

/** Errors a person can do something about, by what is wrong. */
const wordsOfError: Readonly<Record<string, string>> = {
  invalid_client: 'does not accept this client: its ID or secret is wrong',
  unauthorized_client: 'does not allow this client to sign in this way',
  unsupported_grant_type: 'does not allow this client to sign in this way',
  unsupported_response_type: 'does not allow this client to sign in this way',
  invalid_scope: 'does not grant what the account asks for',
  invalid_redirect_uri: 'does not know the redirect URI of this client',
  invalid_target: 'does not know the audience or resource asked for',
};

/** What happened, in a sentence without a full stop; `host` is the server's. Pure. */
export function wordsOfOAuthError(
  error: string,
  description: string | undefined,
  host: string,
  status?: number,
): string {
  const own = wordsOfError[error];
  if (own !== undefined) return `${host} ${own}`;
  const said = isPlain(description) ? ` (${description})` : '';
  switch (classOfError(error, status)) {
    case 'passing':
      return `${host} has a problem of its own right now${said}`;
    case 'sign_in':
      return `${host} wants a new sign-in${said}`;
    case 'refusal':
      return `${host} refused the sign-in${said}`;
    case 'configuration':
    case 'unknown':
      return `${host} refused the request${said}`;
  }
}

const isPlain = (description: string | undefined): description is string =>
  description !== undefined && description.length <= longestDescription && !protocolWords.test(description);

/** An answer with `status` that says no more. Pure. */
export function wordsOfStatus(status: number, host: string): string {
  if (status >= 300 && status < 400) return `${host} sends to another page, as the sign-in page of a network does`;
  switch (status) {
    case 404:
    case 410:
      return `${host} has no sign-in service at this address`;
    case 407:
      return `the proxy on the way to ${host} asks for a password`;
    case 408:
      return `${host} did not answer in time`;
    case 429:
      return `${host} asks to wait: too many requests`;
    default:
      return isPassingStatus(status)
        ? `${host} has a problem of its own right now`
        : `${host} refused the request without a reason`;
  }
}

const notFound: ReadonlySet<string> = new Set(['ENOTFOUND', 'ERR_NAME_NOT_RESOLVED']);
/** The machine itself is not on a network. */
export const noNetwork: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ENETUNREACH',
  'ENETDOWN',
  'ERR_INTERNET_DISCONNECTED',
]);

/** No answer; `code` as Node or Chromium names it. Pure. */
export function wordsOfNetwork(code: string, host: string): string {
  if (notFound.has(code)) return `${host} cannot be found`;
  if (noNetwork.has(code)) return `${host} cannot be reached: the network seems to be down`;
  if (code === 'PROXY_ANSWERED_407') return wordsOfStatus(407, host);
  if (code.startsWith('PROXY_')) return `the proxy on the way to ${host} refused the connection`;
  if (code === 'ECONNREFUSED') return `${host} does not accept connections`;
  if (code === 'CERT_HAS_EXPIRED') return `the certificate of ${host} has expired`;
  if (code === 'CERT_NOT_YET_VALID') return `the certificate of ${host} is not valid yet`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `the certificate of ${host} is for another host`;
  if (code === 'DEPTH_ZERO_SELF_SIGNED_CERT') {
    return `the certificate of ${host} is not trusted: the server signed it itself`;
  }
  return isCertificate(code) ? `the certificate of ${host} is not trusted` : `${host} cannot be reached`;
}

/** A name that does not lead to a server as configured: waiting will not help where it is mistyped. */
export const isWrongAddress = (failure: OAuthFailureCause): boolean => {
  switch (failure.kind) {
    case 'network':
      return failure.answered !== true && (notFound.has(failure.code) || failure.code === 'ECONNREFUSED');
    case 'http_status':
      return failure.status === 404 || failure.status === 410;
    case 'malformed':
      return failure.status === 200;
    default:
      return false;
  }
};

/** The server showed a certificate, and it is not good enough. */
export const isCertificate = (code: string): boolean => /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|ERR_TLS/.test(code);

/** The protocol's own words for it, for the log and those who ask. Holds no secret. Pure. */
export function detailOf(failure: OAuthFailureCause): string {
  switch (failure.kind) {
    case 'oauth_error': {
      const { error, description, status } = failure;
      return `${error}${description === undefined ? '' : ` (${description})`}, status ${status}`;
    }
    case 'http_status':
      return `status ${failure.status}`;
    case 'malformed':
      return `status ${failure.status}, ${plainText(failure.what)}`;
    case 'network':
      return failure.code;
    case 'timeout':
      return 'timeout';
    case 'rejected':
      return plainText(failure.what);
  }
}
