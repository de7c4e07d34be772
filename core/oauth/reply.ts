import { readHttpDate } from '../untrusted/instant.ts';
import { longestLifetime } from '../untrusted/lifetime.ts';

/** An HTTP answer, read to its end. */
export interface Reply {
  readonly address: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Undefined where the text is no JSON. */
  readonly json: unknown;
  /** Server clock minus ours in seconds, from `Date`; undefined where there was none. */
  readonly clockSkew: number | undefined;
  /** Seconds, from either form of `Retry-After` (RFC 9110 §10.2.3). */
  readonly retryAfter: number | undefined;
}

export async function readReply(address: URL, response: Response): Promise<Reply> {
  const text = await response.text();
  const { headers, status } = response;
  // Not the clock port: openid-client judges ID tokens by Date.now() corrected by the skew that is measured here.
  const now = Date.now();
  return {
    address,
    status,
    headers,
    text,
    json: parseJson(text),
    clockSkew: clockSkewOf(headers.get('date'), now),
    retryAfter: parseRetryAfter(headers.get('retry-after'), readHttpDate(headers.get('date'), now) ?? now),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function clockSkewOf(date: string | null, now: number): number | undefined {
  const at = readHttpDate(date, now);
  return at === undefined ? undefined : Math.round((at - now) / 1000) + 0;
}

/** `now` is the server's own clock where it is known: an HTTP date is meant by that one. */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  // Nobody is left alone for good: where a lifetime would have no end, this one has the longest.
  if (/^\d+$/.test(text)) return Math.min(Number(text), longestLifetime);
  const at = readHttpDate(text, now);
  return at === undefined ? undefined : Math.max(0, Math.ceil((at - now) / 1000));
}
