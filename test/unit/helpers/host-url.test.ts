import { describe, expect, it } from 'vitest';
import { matchTarget, parseHostTarget, parseTarget } from '../../../core/helpers/host-url.ts';
import { fakeAccount } from '../../support/fake-helper-broker.ts';

describe('a URL', () => {
  it.each([
    ['https://Host.Example', { protocol: 'https', host: 'host.example', path: undefined }],
    ['HTTPS://host.example/', { protocol: 'https', host: 'host.example', path: '/' }],
    ['https://host.example:8443/a/b?c=d', { protocol: 'https', host: 'host.example:8443', path: '/a/b' }],
    ['https://host.example?c=d', { protocol: 'https', host: 'host.example', path: undefined }],
    ['http://[::1]:80/x', { protocol: 'http', host: '[::1]:80', path: '/x' }],
  ])('%s is read', (url, target) => {
    expect(parseTarget(url)).toEqual(target);
  });

  it.each([
    'https://user@host.example/',
    'https://host.example\\@evil.example/',
    'https://host.example#@evil.example/',
    'https://host.example/a#b',
    'https://host.example/a b',
    'https://host.example/\u0000',
    'https://host.example\n/',
    'https://host.example./',
    'https://host%2eexample/',
    'https://host.example:/',
    'https://host.example:99999/',
    'https:///host.example',
    'https:/host.example',
    'https:host.example',
    '//host.example',
    'ftp://host.example/',
    ' https://host.example/',
    'http\u017f://host.example/',
    'https://host\u212a.example/',
    '',
  ])('%j is refused', (url) => {
    expect(parseTarget(url)).toBeUndefined();
  });
});

describe('a match', () => {
  const served = [fakeAccount('a', ['host.example', '127.0.0.1:80'])];
  const kindOf = (url: string) => {
    const target = parseTarget(url);
    return target === undefined ? undefined : matchTarget(target, served).kind;
  };

  it('is insecure over plain http, except on loopback', () => {
    expect(kindOf('https://host.example/')).toBe('one');
    expect(kindOf('http://host.example:443/')).toBe('none');
    expect(matchTarget({ protocol: 'http', host: 'host.example', path: undefined }, served).kind).toBe('insecure');
    expect(kindOf('http://127.0.0.1/')).toBe('one');
  });

  it('of a bare host means https', () => {
    expect(parseHostTarget('host.example:443')).toEqual({
      protocol: 'https',
      host: 'host.example:443',
      path: undefined,
    });
    expect(parseHostTarget('host.example/x')).toBeUndefined();
  });
});
