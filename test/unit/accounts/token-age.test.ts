import { describe, expect, it } from 'vitest';
import { endsLater, idTokenLife, minimumValidity, secondsLeft } from '../../../core/accounts/token-age.ts';
import { Secret } from '../../../core/secret.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordAt } from '../../support/records.ts';

describe('seconds an access token has left', () => {
  it('counts time awake', () => {
    const clock = new ManualClock();
    const record = recordAt(clock);
    clock.advance(600_000);
    expect(secondsLeft(record, clock)).toBe(3_000);
  });

  it('counts sleep, which the monotonic clock does not see', () => {
    const clock = new ManualClock();
    const record = recordAt(clock);
    clock.sleep(3_000_000);
    expect(secondsLeft(record, clock)).toBe(600);
  });

  it('is not lengthened by a wall clock set back', () => {
    const clock = new ManualClock();
    const record = recordAt(clock);
    clock.advance(1_000_000);
    clock.step(-86_400_000);
    expect(secondsLeft(record, clock)).toBe(2_600);
  });

  it('is shortened by a wall clock set forward, as nobody can tell it from sleep', () => {
    const clock = new ManualClock();
    const record = recordAt(clock);
    clock.step(1_800_000);
    expect(secondsLeft(record, clock)).toBe(1_800);
  });

  it('trusts the wall clock across a reboot', () => {
    const clock = new ManualClock();
    const record = recordAt(clock);
    clock.sleep(60_000);
    clock.reboot();
    expect(secondsLeft(record, clock)).toBe(3_540);
  });

  it('takes the token for expired where, after a reboot, the clock stands before the receipt', () => {
    const clock = new ManualClock();
    const record = recordAt(clock);
    clock.reboot();
    clock.step(-3_600_000);
    expect(secondsLeft(record, clock)).toBe(Number.NEGATIVE_INFINITY);
  });

  it('plans with an hour where the server gives no lifetime but a refresh token', () => {
    const clock = new ManualClock();
    const record = recordAt(clock, { lifetime: undefined });
    clock.advance(3_000_000);
    expect(secondsLeft(record, clock)).toBe(600);
  });

  it('never ends where there is neither lifetime nor refresh token', () => {
    const clock = new ManualClock();
    const record = recordAt(clock, { lifetime: undefined, refreshToken: undefined });
    clock.advance(86_400_000_000);
    expect(secondsLeft(record, clock)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('minimum validity', () => {
  it.each([
    { lifetime: 3_600, asked: undefined, wanted: 300 },
    { lifetime: 600, asked: undefined, wanted: 120 },
    { lifetime: 10, asked: undefined, wanted: 2 },
    { lifetime: 3_600, asked: 1_800, wanted: 1_800 },
    { lifetime: 3_600, asked: 7_200, wanted: 2_880 },
    { lifetime: 3_600, asked: 0, wanted: 0 },
  ])('lifetime $lifetime s, asked $asked: $wanted s', ({ lifetime, asked, wanted }) => {
    expect(minimumValidity(lifetime, asked)).toBe(wanted);
  });
});

const idToken = (claims: object, signature = 'sig'): Secret =>
  new Secret(`e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`);

describe('life of an ID token', () => {
  it('is read from its claims, by the server clock', () => {
    expect(idTokenLife(idToken({ iat: 1_000, exp: 1_600 }), 60, 1_100_000)).toEqual({ lifetime: 600, left: 440 });
  });

  it.each([new Secret('opaque'), new Secret('a.b.c'), idToken({ exp: 'soon', iat: 1 })])(
    'is unknown for other text',
    (text) => {
      expect(idTokenLife(text, 0, 0)).toBeUndefined();
    },
  );
});

describe('an ID token that comes with a refresh', () => {
  const before = idToken({ iat: 1_000, exp: 1_600 });
  it.each([
    ['the same one again', before, false],
    ['one signed anew with the same end', idToken({ iat: 1_100, exp: 1_600 }, 'new'), false],
    ['one that ends earlier', idToken({ iat: 1_100, exp: 1_500 }), false],
    ['one that ends a second later', idToken({ iat: 1_100, exp: 1_601 }), true],
    ['one whose end cannot be read', new Secret('opaque'), true],
  ])('ends later or not: %s', (_which, now, later) => {
    expect(endsLater(now, before, 1_100_000)).toBe(later);
  });

  it('is not a later one where neither end can be read and the text is the same', () => {
    expect(endsLater(new Secret('opaque'), new Secret('opaque'), 0)).toBe(false);
  });
});
