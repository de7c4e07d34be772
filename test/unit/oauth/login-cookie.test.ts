import { describe, expect, it } from 'vitest';
import { bringsCookie, newLoginCookie, setCookie } from '../../../core/oauth/login-cookie.ts';

const cookie = newLoginCookie();
const pair = setCookie(cookie, '/callback', 300).split(';', 1)[0] ?? '';

describe('the cookie of a login', () => {
  it('is another one for each login', () => {
    const other = newLoginCookie();
    expect(other.name).not.toBe(cookie.name);
    expect(other.value.equals(cookie.value)).toBe(false);
  });

  it('is for one path of this host, no script and no other site, until the deadline', () => {
    const [, ...attributes] = setCookie(cookie, '/callback', 299.7).split('; ');
    expect(attributes).toEqual(['Path=/callback', 'Max-Age=299', 'HttpOnly', 'SameSite=Lax']);
    expect(setCookie(cookie, '/', 0.2)).toContain('; Path=/; Max-Age=1;');
  });

  it('covers the folder of a path that a cookie cannot name', () => {
    expect(setCookie(cookie, '/a/b;c/d', 1)).toContain('; Path=/a/; ');
    expect(setCookie(cookie, '/;', 1)).toContain('; Path=/; ');
  });

  it('is found among those of other programs', () => {
    expect(bringsCookie(pair, cookie)).toBe(true);
    expect(bringsCookie(`a=1; ${pair};b=2`, cookie)).toBe(true);
    expect(bringsCookie(`${'x=y; '.repeat(50_000)}${pair}`, cookie)).toBe(true);
    expect(bringsCookie(`${cookie.name}=forged; ${pair}`, cookie)).toBe(true);
  });

  it.each([
    ['nothing', undefined],
    ['an empty header', ''],
    ['its name alone', cookie.name],
    ['another value', `${pair}x`],
    ['its value under another name', pair.replace('keytray', 'other')],
    ['a name that ends like it', `x${pair}`],
    ['the cookie of another login', setCookie(newLoginCookie(), '/callback', 300)],
  ])('is not %s', (_what, header) => {
    expect(bringsCookie(header, cookie)).toBe(false);
  });
});
