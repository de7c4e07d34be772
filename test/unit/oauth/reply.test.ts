import { describe, expect, it } from 'vitest';
import { clockSkewOf, parseRetryAfter, readReply } from '../../../core/oauth/reply.ts';

const now = Date.parse('Mon, 23 Nov 2026 09:00:00 GMT');

describe('parseRetryAfter', () => {
  it.each([
    ['120', 120],
    [' 5 ', 5],
    ['0', 0],
    ['Mon, 23 Nov 2026 09:02:00 GMT', 120],
    ['Monday, 23-Nov-26 09:00:30 GMT', 30],
    ['Mon, 23 Nov 2026 08:00:00 GMT', 0],
    ['99999999999999999999', 315_360_000],
    ['-1', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
  ])('%j', (header, seconds) => {
    expect(parseRetryAfter(header, now)).toBe(seconds);
  });

  it('counts a date by the clock of the server that wrote it', async () => {
    const headers = { date: 'Tue, 01 Jan 2030 00:00:00 GMT', 'retry-after': 'Tue, 01 Jan 2030 00:01:00 GMT' };
    const reply = await readReply(new URL('https://a.example'), new Response('', { status: 503, headers }));
    expect(reply.retryAfter).toBe(60);
  });
});

describe('clockSkewOf', () => {
  it('is positive where the server is ahead of us', () => {
    expect(clockSkewOf('Mon, 23 Nov 2026 09:01:30 GMT', now)).toBe(90);
    expect(clockSkewOf('Mon, 23 Nov 2026 08:59:00 GMT', now)).toBe(-60);
  });

  it('is unknown without a date', () => {
    expect(clockSkewOf(null, now)).toBeUndefined();
    expect(clockSkewOf('yesterday', now)).toBeUndefined();
    expect(clockSkewOf('Sat, 13 Sep 275760 00:00:00 GMT', now)).toBeUndefined();
  });
});
