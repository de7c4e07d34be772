import { describe, expect, it } from 'vitest';
import { idTokenLife, plannedLifetime, tokenAge } from '../../../core/accounts/token-age.ts';
import { Secret } from '../../../core/secret.ts';

const day = 86_400_000;
const receipt = { obtainedAt: 100 * day, bootId: 'boot-1', uptime: 1_000 };
const at = (wall: number, uptime: number, bootId = 'boot-1') => ({
  now: () => receipt.obtainedAt + wall,
  uptime: () => receipt.uptime + uptime,
  bootId,
});

describe('the age of a token', () => {
  it.each([
    ['both clocks agree', 5_000, 5, 5_000],
    ['the wall clock was set back', -day, 5, 5_000],
    ['the wall clock was set forward', day, 5, day],
    ['no time has passed', 0, 0, 0],
    ['the wall clock was set back at once', -day, 0, 0],
    ['the boot clock makes no sense', 7_000, -1, 7_000],
    ['no clock makes sense', -day, -1, undefined],
  ])('in one boot where %s', (_what, wall, uptime, age) => {
    expect(tokenAge(receipt, at(wall, uptime))).toBe(age);
  });

  it.each([
    ['time has passed', 5_000, 5_000],
    ['the clocks drift', -120_000, 0],
    ['the clock stands before the receipt', -120_001, undefined],
    ['ten years have passed', 3_650 * day, 3_650 * day],
    ['more than ten years have passed', 3_650 * day + 1, undefined],
  ])('in another boot where %s', (_what, wall, age) => {
    expect(tokenAge(receipt, at(wall, 99, 'boot-2'))).toBe(age);
  });

  it('is told by the wall clock alone where the system does not name its boots', () => {
    expect(tokenAge({ ...receipt, bootId: '' }, at(5_000, 99, ''))).toBe(5_000);
  });
});

describe('the lifetime that is planned with', () => {
  const refreshToken = new Secret('r');

  const grant = 'authorization_code';

  it.each<[Parameters<typeof plannedLifetime>[0], number]>([
    [{ grant, lifetime: 60, refreshToken }, 60],
    [{ grant, lifetime: 0, refreshToken }, 0],
    [{ grant, lifetime: 60, refreshToken: undefined }, 60],
    [{ grant, lifetime: undefined, refreshToken }, 3_600],
    [{ grant, lifetime: undefined, refreshToken: undefined }, Number.POSITIVE_INFINITY],
    [{ grant: 'client_credentials', lifetime: undefined, refreshToken: undefined }, 3_600],
    [{ grant: 'command', lifetime: undefined, refreshToken: undefined }, 375],
    [{ grant: 'api_key', lifetime: undefined, refreshToken: undefined }, Number.POSITIVE_INFINITY],
  ])('%j', (record, lifetime) => {
    expect(plannedLifetime(record)).toBe(lifetime);
  });
});

describe('the life of an ID token', () => {
  const jwt = (claims: object) => new Secret(`e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`);

  it('is counted by our clock where the server’s is not known', () => {
    const life = { lifetime: 600, left: 500 };
    expect(idTokenLife(jwt({ iat: 1_000, exp: 1_600 }), undefined, 1_100_000)).toEqual(life);
    expect(idTokenLife(jwt({ iat: 1_000, exp: 1_600 }), -60, 1_160_000)).toEqual(life);
  });

  it.each([{}, { exp: 1 }, { iat: 1 }, { exp: '1', iat: 1 }])('is not known from %j', (claims) => {
    expect(idTokenLife(jwt(claims), 0, 0)).toBeUndefined();
  });
});
