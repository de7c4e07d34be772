import { describe, expect, it } from 'vitest';
import { isInstant, isoTime, readHttpDate, readInstant } from '../../../core/untrusted/instant.ts';
import { longestLifetime, noEnd, readLifetime } from '../../../core/untrusted/lifetime.ts';
import { withoutEmptyMembers } from '../../../core/untrusted/members.ts';
import { isTokenText } from '../../../core/untrusted/token-text.ts';

const now = Date.UTC(2026, 10, 28);
const seconds = now / 1_000;

describe('a lifetime', () => {
  it.each([
    [0, 0],
    [59.9, 59],
    ['59.9', 59],
    [longestLifetime, longestLifetime],
    [longestLifetime + 1, noEnd],
    [Number.MAX_VALUE, noEnd],
    [Number.POSITIVE_INFINITY, noEnd],
    ['18446744073709551615', noEnd],
    [-1, undefined],
    [Number.NaN, undefined],
    [Number.NEGATIVE_INFINITY, undefined],
    ['+5', undefined],
    ['0x10', undefined],
    [' 5', undefined],
    [true, undefined],
    [null, undefined],
    [{ valueOf: () => 5 }, undefined],
    [[5], undefined],
  ])('of %j is whole seconds, has no end or is not known', (value, read) => {
    expect(readLifetime(value)).toBe(read);
  });
});

describe('the time in a token', () => {
  it.each([
    [seconds + 600.5, seconds + 600],
    [0, 0],
    [seconds + longestLifetime, seconds + longestLifetime],
    [seconds + longestLifetime + 1, noEnd],
    [1e300, noEnd],
    [-1, undefined],
    ['1', undefined],
    [[], undefined],
  ])('of %j', (value, read) => {
    expect(readInstant(value, now)).toBe(read);
  });
});

describe('a date in a header', () => {
  it.each([
    ['Sat, 28 Nov 2026 00:00:10 GMT', now + 10_000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', undefined],
    ['Fri, 31 Dec 9999 23:59:59 GMT', undefined],
    ['Sat, 13 Sep 275760 00:00:00 GMT', undefined],
    ['2026-11-28', undefined],
    ['yes 5', undefined],
    ['', undefined],
    [null, undefined],
  ])('of %j', (header, at) => {
    expect(readHttpDate(header, now)).toBe(at);
  });
});

describe('a time that is written', () => {
  it.each([
    [now, '2026-11-28T00:00:00.000Z'],
    [-1, '1970-01-01T00:00:00.000Z'],
    [8.64e15 + 1, '9999-12-31T23:59:59.999Z'],
    [Number.POSITIVE_INFINITY, '9999-12-31T23:59:59.999Z'],
    [Number.NEGATIVE_INFINITY, '1970-01-01T00:00:00.000Z'],
    [Number.NaN, '1970-01-01T00:00:00.000Z'],
  ])('never fails: %j', (milliseconds, text) => {
    expect(isoTime(milliseconds)).toBe(text);
  });

  it('is one of the years with four digits where it was stored', () => {
    expect([now, 0, -1, 8.64e15, Number.NaN].map(isInstant)).toEqual([true, true, false, false, false]);
  });
});

describe('a token', () => {
  it.each(['a', '~', 'a b', '!"\\'])('may be %j', (text) => expect(isTokenText(text)).toBe(true));

  it.each(['', ' ', 'a\n', 'a\u001b[2J', 'a\u007f', 'é', 'a\u202e', '\ud800'])('is not %j', (text) => {
    expect(isTokenText(text)).toBe(false);
  });
});

describe('a member that is null or empty', () => {
  it('is absent, and one that is false or 0 is not', () => {
    expect(withoutEmptyMembers({ a: null, b: '', c: 0, d: false, e: [] })).toEqual({ c: 0, d: false, e: [] });
  });

  it.each([null, 'text', 7, [null], undefined])('is looked for in objects only: %j', (json) => {
    expect(withoutEmptyMembers(json)).toEqual(json);
  });
});
