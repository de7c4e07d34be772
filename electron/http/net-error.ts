/** What an error of Chromium's network stack means for a request that may spend a token. Pure. */
export type NetErrorMeaning =
  | 'redirect'
  | 'unknown_authority'
  /** It failed before a connection stood: nobody has heard of the request. */
  | 'nothing_sent'
  /** An answer came, and cannot be read. */
  | 'unreadable'
  /** It may have arrived. */
  | 'unknown';

const beforeSending =
  /^ERR_(?:NAME_NOT_RESOLVED|NAME_RESOLUTION_FAILED|INTERNET_DISCONNECTED|ADDRESS_UNREACHABLE|ADDRESS_INVALID|CONNECTION_REFUSED|CONNECTION_TIMED_OUT|CONNECTION_FAILED|NETWORK_ACCESS_DENIED|DNS_\w+|PROXY_\w+|TUNNEL_CONNECTION_FAILED|MANDATORY_PROXY_CONFIGURATION_FAILED|PAC_\w+|CERT_\w+|SSL_VERSION_OR_CIPHER_MISMATCH|SSL_CLIENT_AUTH_CERT_NEEDED)$/;

const unreadable =
  /^ERR_(?:RESPONSE_HEADERS_\w+|INVALID_CHUNKED_ENCODING|CONTENT_DECODING_\w+|INVALID_HTTP_RESPONSE|INVALID_HTTP2?_\w+)$/;

export function judgeNetError(error: unknown): NetErrorMeaning {
  const words = wordsOf(error);
  if (words.includes('Redirect was cancelled')) return 'redirect';
  const [, name = ''] = /net::(ERR_\w+)/.exec(words) ?? [];
  if (name === 'ERR_CERT_AUTHORITY_INVALID') return 'unknown_authority';
  if (unreadable.test(name)) return 'unreadable';
  return beforeSending.test(name) ? 'nothing_sent' : 'unknown';
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return `${error.message} ${wordsOf(error.cause)}`;
}
