import { deadline } from '../concurrency/deadline.ts';
import type { Clock, Fetch } from '../ports.ts';

/** Milliseconds for a whole exchange, from the connection to the last byte of the answer. */
export const longestExchange = 30_000;

/**
 * `fetch` with a limit on the whole exchange. Without one a server that sends a byte now and then holds the request,
 * and everybody who waits for it, for ever. `fetch` must resolve with the whole answer, as those of the HTTP port do.
 */
export function timedFetch(fetch: Fetch, clock: Pick<Clock, 'after'>): Fetch {
  return async (input, init) => {
    const limit = deadline(clock, longestExchange);
    const given = init?.signal;
    const signal = given ? AbortSignal.any([given, limit.signal]) : limit.signal;
    try {
      return await fetch(input, { ...init, signal });
    } finally {
      limit.cancel();
    }
  };
}
