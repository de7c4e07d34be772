import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { redirectOfNewAccount } from '../../../core/services/redirect-path.ts';
import { services } from '../../../core/services/registry.ts';

const nothing = { issuer: undefined, tokenEndpoint: undefined, clientId: undefined };
const pathOf = (name: string, account = {}) => {
  const service = services.get(name);
  if (service === undefined) throw new Error(name);
  const { redirect, written } = redirectOfNewAccount(service, { ...nothing, ...account });
  return written ? redirect.path : undefined;
};
const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 8);

describe('the redirect path of a new account', () => {
  it.each([
    [
      'oidc',
      { issuer: 'https://Login.Lab.example:8443/realm' },
      'login.lab.example',
      'https://Login.Lab.example:8443/realm',
    ],
    ['oidc', { issuer: 'https://[2001:db8::1]' }, '-2001-db8--1-', 'https://[2001:db8::1]'],
    ['oidc', { issuer: 'https://bücher.example' }, 'xn--bcher-kva.example', 'https://bücher.example'],
    ['oauth', { tokenEndpoint: 'https://as.example/token' }, 'as.example', 'https://as.example/token'],
    ['gitlab', {}, 'gitlab.com', 'https://gitlab.com'],
    ['github', {}, 'github.com', 'https://github.com/login/oauth/access_token'],
  ])('of %s at %j names its server', (service, account, host, server) => {
    expect(pathOf(service, account)).toBe(`/callback/${host}-${digest(server)}`);
  });

  it.each(['databricks', 'azure-devops', 'auth0', 'okta', 'bitbucket'])('of %s is the preset’s own', (service) => {
    expect(pathOf(service, { issuer: 'https://login.example' })).toBeUndefined();
  });

  it('of a client that Gitea brings is none', () => {
    const clientId = 'a4792ccc-144e-407e-86c9-5e7d8d9c3269';
    expect(pathOf('gitea', { issuer: 'https://codeberg.org', clientId })).toBe('none');
  });
});
