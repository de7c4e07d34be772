import { describe, expect, it } from 'vitest';
import { type ProxyVariables, proxyAuthorization, proxyFor } from '../../../core/http/proxy-variables.ts';

const proxy = 'http://proxy.example:3128/';
const target = new URL('https://login.lab.example/token');
const chosen = (variables: ProxyVariables, url = target.href) => proxyFor(new URL(url), variables)?.href;

describe('proxyFor', () => {
  it('goes directly where nothing is said', () => {
    expect(chosen({})).toBeUndefined();
    expect(chosen({ HTTPS_PROXY: '', NO_PROXY: 'x' })).toBeUndefined();
  });

  it.each(['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'])('reads %s', (name) => {
    expect(chosen({ [name]: proxy })).toBe(proxy);
  });

  it('prefers what is said for https, and the lower case', () => {
    expect(chosen({ http_proxy: 'http://other.example/', HTTPS_PROXY: proxy })).toBe(proxy);
    expect(chosen({ https_proxy: proxy, HTTPS_PROXY: 'http://other.example/' })).toBe(proxy);
  });

  it('takes a bare host and port as curl does', () => {
    expect(chosen({ HTTPS_PROXY: 'proxy.example:3128' })).toBe(proxy);
  });

  it.each(['socks5://ada:hunter2@proxy.example', 'http://ada:hunter2@:99999999'])(
    'refuses to go around %s, and does not repeat it',
    (value) => {
      const choosing = () => chosen({ HTTPS_PROXY: value });
      expect(choosing).toThrow(expect.objectContaining({ code: 'misconfigured' }));
      expect(choosing).toThrow(/^HTTPS_PROXY names a proxy/);
      expect(choosing).not.toThrow(/hunter2/);
    },
  );

  it.each([
    ['*', true],
    ['login.lab.example', true],
    ['LOGIN.lab.example', true],
    ['lab.example', true],
    ['.lab.example', true],
    ['*.lab.example', true],
    ['*.login.lab.example', false],
    ['ab.example', false],
    ['login.lab.example.org', false],
    ['login.lab.example:443', true],
    ['login.lab.example:8443', false],
    ['*:443', true],
    ['*:80', false],
    ['one.example, lab.example', true],
    ['one.example lab.example', true],
    ['login.lab.example.', true],
    [' , ', false],
  ])('NO_PROXY=%s leaves it out: %s', (exceptions, direct) => {
    expect(chosen({ HTTPS_PROXY: proxy, NO_PROXY: exceptions }) === undefined).toBe(direct);
  });

  it('compares ports and addresses', () => {
    const variables = { HTTPS_PROXY: proxy, no_proxy: 'lab.example:8443,[2001:db8::1]:443,2001:db8::2,10.0.0.1' };
    expect(chosen(variables)).toBe(proxy);
    expect(chosen(variables, 'https://login.lab.example:8443/')).toBeUndefined();
    expect(chosen(variables, 'https://[2001:db8::1]/')).toBeUndefined();
    expect(chosen(variables, 'https://[2001:db8::1]:444/')).toBe(proxy);
    expect(chosen(variables, 'https://[2001:db8::2]:444/')).toBeUndefined();
    expect(chosen(variables, 'https://10.0.0.1/')).toBeUndefined();
    expect(chosen(variables, 'https://110.0.0.1/')).toBe(proxy);
  });
});

describe('proxyAuthorization', () => {
  it('is what the URL says, decoded', () => {
    expect(proxyAuthorization(new URL(proxy))).toBeUndefined();
    expect(proxyAuthorization(new URL('http://ada:p%3Ass@proxy.example'))).toBe(`Basic ${btoa('ada:p:ss')}`);
    expect(proxyAuthorization(new URL('http://ada@proxy.example'))).toBe(`Basic ${btoa('ada:')}`);
    expect(proxyAuthorization(new URL('http://a%zz:b@proxy.example'))).toBe(`Basic ${btoa('a%zz:b')}`);
  });
});
