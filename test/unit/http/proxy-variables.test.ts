import { describe, expect, it } from 'vitest';
import { type ProxyVariables, proxyAuthorization, proxyFor } from '../../../core/http/proxy-variables.ts';

const proxy = 'http://proxy.example:3128/';
const target = new URL('https://login.lab.example/token');
const chosen = (variables: ProxyVariables, url = target.href) => proxyFor(new URL(url), { variables })?.url.href;

describe('proxyFor', () => {
  it('goes directly where nothing is said', () => {
    expect(chosen({})).toBeUndefined();
    expect(chosen({ HTTPS_PROXY: '', NO_PROXY: 'x' })).toBeUndefined();
  });

  const names = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY', 'http_proxy', 'HTTP_PROXY'];
  it.each(names)('reads %s, and says so', (name) => {
    expect(proxyFor(target, { variables: { [name]: proxy } })).toEqual({ url: new URL(proxy), variable: name });
  });

  it('goes by the order of curl, an empty one for one that is not set', () => {
    const all = Object.fromEntries(names.map((name) => [name, `http://${name.replace('_', '-')}.example`]));
    for (const name of names) {
      expect(proxyFor(target, { variables: all })?.variable).toBe(name);
      all[name] = '';
    }
    expect(chosen({ https_proxy: proxy, no_proxy: '', NO_PROXY: 'lab.example' })).toBeUndefined();
    expect(chosen({ https_proxy: proxy, no_proxy: 'x', NO_PROXY: 'lab.example' })).toBe(proxy);
  });

  it.each([
    ['http://proxy.example', 'http://proxy.example:1080/'],
    ['http://proxy.example:80', 'http://proxy.example/'],
    ['proxy.example', 'http://proxy.example:1080/'],
    ['https://proxy.example', 'https://proxy.example/'],
    ['socks5h://proxy.example', 'socks5h://proxy.example:1080'],
    ['SOCKS5://ada:p%40s@[2001:DB8::1]:80/', 'socks5://ada:p%40s@[2001:db8::1]:80'],
  ])('%s is %s', (value, url) => {
    expect(chosen({ all_proxy: value })).toBe(url);
  });

  it('goes by the configuration alone where that names a proxy', () => {
    const configured = { url: 'socks5h://own.example', except: ['lab.example', '10.0.0.0/8'] };
    const sources = { configured, variables: { HTTPS_PROXY: proxy, NO_PROXY: '*' } };
    const found = proxyFor(new URL('https://login.example/'), sources);
    expect(found).toEqual({ url: new URL('socks5h://own.example:1080'), variable: 'proxy.url' });
    expect(proxyFor(target, sources)).toBeUndefined();
    expect(proxyFor(new URL('https://10.1.2.3/'), sources)).toBeUndefined();
  });

  it('prefers what is said for https, and the lower case', () => {
    expect(chosen({ http_proxy: 'http://other.example/', HTTPS_PROXY: proxy })).toBe(proxy);
    expect(chosen({ https_proxy: proxy, HTTPS_PROXY: 'http://other.example/' })).toBe(proxy);
  });

  it('takes a bare host and port as curl does', () => {
    expect(chosen({ HTTPS_PROXY: 'proxy.example:3128' })).toBe(proxy);
  });

  it.each(['ftp://ada:hunter2@proxy.example', 'http://ada:hunter2@:99999999', 'socks5://ada:hunter2@'])(
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

  it.each([
    ['10.0.0.0/8', 'https://10.255.1.2/', true],
    ['10.0.0.0/8', 'https://11.0.0.1/', false],
    ['192.168.4.0/22', 'https://192.168.7.255/', true],
    ['192.168.4.0/22', 'https://192.168.8.0/', false],
    ['192.168.4.1/32', 'https://192.168.4.1/', true],
    ['192.168.4.1/0', 'https://192.168.4.2/', false],
    ['10.0.0.0/33', 'https://10.0.0.0/', false],
    ['10.0.0.0/8:8443', 'https://10.0.0.1:8443/', true],
    ['10.0.0.0/8:8443', 'https://10.0.0.1/', false],
    ['2001:db8::/32', 'https://[2001:db8:ffff::1]/', true],
    ['2001:db8::/32', 'https://[2001:db9::1]/', false],
    ['10.0.0.0/8', 'https://ten.example/', false],
    ['0.0.0.0/1', 'https://[2001:db8::1]/', false],
    ['.0.0.1', 'https://10.0.0.1/', false],
  ])('NO_PROXY=%s leaves out %s: %s', (exceptions, url, direct) => {
    expect(chosen({ HTTPS_PROXY: proxy, NO_PROXY: exceptions }, url) === undefined).toBe(direct);
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
