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
  const now = Date.now();
  return {
    address,
    status,
    headers,
    text,
    json: parseJson(text),
    clockSkew: clockSkewOf(headers.get('date'), now),
    retryAfter: parseRetryAfter(headers.get('retry-after'), dateOf(headers.get('date')) ?? now),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Milliseconds since the epoch. */
function dateOf(header: string | null): number | undefined {
  const at = header === null ? Number.NaN : Date.parse(header);
  return Number.isNaN(at) ? undefined : at;
}

export function clockSkewOf(date: string | null, now: number): number | undefined {
  const at = dateOf(date);
  return at === undefined ? undefined : Math.round((at - now) / 1000) + 0;
}

/** `now` is the server's own clock where it is known: an HTTP date is meant by that one. */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text);
  // Date.parse takes too much ("-1" is a year); an HTTP date starts with the day's name.
  const at = /^[A-Za-z]{3}/.test(text) ? dateOf(text) : undefined;
  return at === undefined ? undefined : Math.max(0, Math.ceil((at - now) / 1000));
}
