import { describe, expect, it } from 'vitest';
import { didYouMean } from '../../../core/config/did-you-mean.ts';
import { checkEndpointUrl } from '../../../core/config/endpoint-url.ts';
import { checkHostPattern } from '../../../core/config/host-pattern.ts';

describe('checkHostPattern', () => {
  it.each([
    'gitlab.com',
    'gitlab.com:8443',
    'gitlab.com/acme/*',
    'gitlab.com/acme/api.git',
    'gitlab.com/*',
    'localhost',
    '127.0.0.1:18081',
    '[::1]:8080',
    '[2001:db8::1]/team/*',
    'bücher.example',
    'under_score.example',
    'gitlab.com/~ada/x%20y',
    'dev.azure.com/org/My Project/*',
    'gitlab.com/api/v4/projects/group%2Fproject/*',
    'git.example/100%/*',
  ])('accepts %s', (pattern) => {
    expect(checkHostPattern(pattern)).toBeUndefined();
  });

  it.each([
    ['https://gitlab.com', 'write gitlab.com'],
    ['https://gitlab.com/acme/', 'write gitlab.com/acme'],
    ['HTTP://gitlab.com', 'write gitlab.com'],
    ['https://user:hunter2@gitlab.com/x', 'write gitlab.com/x'],
    ['gitlab.com/acme/', 'write gitlab.com/acme/*'],
    ['gitlab.com/', 'write gitlab.com'],
    ['gitlab.com/a*', 'write gitlab.com/folder/*'],
    ['gitlab.com/*/b', 'write gitlab.com/folder/*'],
    ['gitlab.com/a//b', 'write the path as the tool shows it'],
    ['gitlab.com/../b', 'write the path as the tool shows it'],
    ['*.gitlab.com', 'list each host'],
    ['git@gitlab.com', 'remove everything up to the @'],
    ['gitlab.com:99999', 'write a port from 1 to 65535'],
    ['gitlab.com:', 'write host, host:port or [IPv6]:port'],
    ['::1', 'write host, host:port or [IPv6]:port'],
    ['[zz]', 'write host, host:port or [IPv6]:port'],
    ['[1:2]', 'write a name such as gitlab.com'],
    ['-x.com', 'write a name such as gitlab.com'],
    ['a..b', 'write a name such as gitlab.com'],
    ['a b', 'write host, host:port or host/path/*'],
    ['a?b=c', 'write host, host:port or host/path/*'],
    ['a\u0000', 'write host, host:port or host/path/*'],
    ['a b/c', 'write host, host:port or host/path/*'],
    ['git.example/a\tb', 'write host, host:port or host/path/*'],
    ['git.example/a/%2e%2e/*', 'write the path as the tool shows it, decoded or encoded once'],
    ['git.example/My%2520Project/*', 'write the path as the tool shows it, decoded or encoded once'],
    ['git.example/a%3Fb', 'write the path as the tool shows it, decoded or encoded once'],
    ['git.example/%ff/*', 'write the path as the tool shows it, decoded or encoded once'],
    ['git.example/a%2A/*', 'write the path as the tool shows it, decoded or encoded once'],
    ['1.2.3', 'write a name such as gitlab.com, or a whole IP address'],
    ['0x7f.1', 'write a name such as gitlab.com, or a whole IP address'],
  ])('refuses %j: %s', (pattern, fix) => {
    expect(checkHostPattern(pattern)?.fix).toBe(fix);
  });
});

describe('checkEndpointUrl', () => {
  it.each([
    'https://login.example',
    'https://login.example:8443/a//b/',
    'http://127.0.0.1:8080',
    'http://127.9.9.9/x',
    'http://[::1]:80/x',
    'http://localhost/x',
  ])('accepts %s', (url) => {
    expect(checkEndpointUrl(url, 'issuer')).toBeUndefined();
  });

  it.each([
    ['http://login.example', 'http is accepted for loopback hosts only'],
    ['http://localhost.evil.example', 'http is accepted for loopback hosts only'],
    ['http://127.0.0.1.evil.example', 'http is accepted for loopback hosts only'],
    ['ftp://login.example', 'not an https URL'],
    ['login.example', 'not a URL'],
    ['https://ada:hunter2@login.example', 'a user name or password in the URL'],
    ['https://login.example/#x', 'a fragment in the URL'],
    ['https://login.example/?x', 'a query in the issuer'],
  ])('refuses %s', (url, message) => {
    expect(checkEndpointUrl(url, 'issuer')?.message).toBe(message);
  });

  it('lets an endpoint have a query (RFC 6749 §3.1)', () => {
    expect(checkEndpointUrl('https://login.example/?x=1', 'endpoint')).toBeUndefined();
  });
});

describe('didYouMean', () => {
  const known = ['client_id', 'issuer', 'scopes', 'git', 'prompt'];
  it.each([
    ['clientid', 'client_id'],
    ['clientId', 'client_id'],
    ['client-id', 'client_id'],
    ['isuser', 'issuer'],
    ['scope', 'scopes'],
    ['gti', 'git'],
    ['colour', undefined],
    ['', undefined],
  ])('%j is %j', (word, expected) => {
    expect(didYouMean(word, known)).toBe(expected);
  });
});
