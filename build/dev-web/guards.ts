import type { IncomingHttpHeaders } from 'node:http';

/**
 * Why a request is refused, or undefined. `authority` is the one host and port we are reached at: neither a name that
 * was made to point to this machine nor a page of another site gets through. A POST without `Origin` is no page's.
 */
export function refusalOf(method: string, headers: IncomingHttpHeaders, authority: string): string | undefined {
  if (headers.host !== authority) return 'another host';
  const { origin } = headers;
  if (origin !== undefined && origin !== `http://${authority}`) return 'another origin';
  if (method === 'POST') return origin === undefined ? 'no origin' : undefined;
  return method === 'GET' ? undefined : 'another method';
}
