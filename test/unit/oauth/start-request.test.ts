import { describe, expect, it } from 'vitest';
import { judgeStart } from '../../../core/oauth/start-request.ts';

const visit = { purpose: undefined, fetchMode: 'navigate', bringsCookie: false };

describe('a request to the start address', () => {
  it('goes on once without the cookie, and with it as often as the browser comes back', () => {
    expect(judgeStart(visit, false)).toBe('go');
    expect(judgeStart(visit, true)).toBe('begun_elsewhere');
    expect(judgeStart({ ...visit, bringsCookie: true }, true)).toBe('go');
    expect(judgeStart({ ...visit, bringsCookie: true }, false)).toBe('go');
  });

  it('may come from a browser too old to say what it is for', () => {
    expect(judgeStart({ ...visit, fetchMode: undefined }, false)).toBe('go');
  });

  it.each(['prefetch', 'prefetch;prerender', 'Prefetch', 'prefetch;anonymous-client-ip', 'x, prefetch', 'prerender'])(
    'is no visit with Sec-Purpose: %s',
    (purpose) => {
      expect(judgeStart({ ...visit, purpose }, false)).toBe('not_a_visit');
      expect(judgeStart({ ...visit, purpose, bringsCookie: true }, true)).toBe('not_a_visit');
    },
  );

  it.each(['cors', 'no-cors', 'same-origin', 'websocket', 'nested-navigate', ''])(
    'is no visit with Sec-Fetch-Mode: %s',
    (fetchMode) => expect(judgeStart({ ...visit, fetchMode }, false)).toBe('not_a_visit'),
  );
});
