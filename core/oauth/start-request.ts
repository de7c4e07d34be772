/** What a GET of the start address says about itself. */
export interface StartRequest {
  /** `Sec-Purpose`, as sent. */
  readonly purpose: string | undefined;
  /** `Sec-Fetch-Mode`, as sent; older browsers send none. */
  readonly fetchMode: string | undefined;
  readonly bringsCookie: boolean;
}

export type StartVerdict =
  /** On to the authorization server, with the cookie. */
  | 'go'
  /** The browser looks ahead, or a page or program asks: no person has come yet, and nothing is used up. */
  | 'not_a_visit'
  /** Another browser or profile has been here, and this one has no cookie. */
  | 'begun_elsewhere';

/** Judges a GET of the start address: good once without the cookie, and with it as often as the browser likes. */
export function judgeStart(request: StartRequest, visited: boolean): StartVerdict {
  if (looksAhead(request.purpose) || (request.fetchMode ?? 'navigate') !== 'navigate') return 'not_a_visit';
  return request.bringsCookie || !visited ? 'go' : 'begun_elsewhere';
}

/** `prefetch`, also as `prefetch;prerender` and in a list (Fetch §3.2, RFC 8941). */
function looksAhead(purpose: string | undefined): boolean {
  return (purpose ?? '').split(/[;,]/).some((part) => ['prefetch', 'prerender'].includes(part.trim().toLowerCase()));
}
