import { describe, expect, it } from 'vitest';
import { type RegisteringAccount, registrationOf } from '../../../core/config/registration.ts';
import { services } from '../../../core/services/registry.ts';

const nothing = { issuer: undefined, tokenEndpoint: undefined, clientId: undefined };

function of(name: string, account: Partial<RegisteringAccount>) {
  const service = services.get(name);
  if (service === undefined) throw new Error(`no service ${name}`);
  return registrationOf(service, { ...nothing, ...account });
}

describe('where a client is registered', () => {
  it.each<[string, Partial<RegisteringAccount>, string | undefined]>([
    ['gitlab', {}, 'https://gitlab.com/-/user_settings/applications'],
    ['gitlab', { issuer: 'https://gitlab.com/' }, 'https://gitlab.com/-/user_settings/applications'],
    ['gitlab', { issuer: 'https://own.example/lab' }, 'https://own.example/lab/-/user_settings/applications'],
    ['gitea', { issuer: 'https://codeberg.org' }, 'https://codeberg.org/user/settings/applications'],
    ['gitea', {}, undefined],
    [
      'github',
      { authorizationEndpoint: 'https://ghe.example/login/oauth/authorize' },
      'https://ghe.example/settings/developers',
    ],
    ['github', {}, 'https://github.com/settings/developers'],
    ['oidc', { issuer: 'https://login.example' }, undefined],
  ])('%s, %j: %s', (name, account, url) => {
    expect(of(name, account).url).toBe(url);
  });

  it('has the real redirect URI in its step', () => {
    const { steps, redirectUri } = of('bitbucket', {});
    expect(redirectUri).toMatch(/^http:\/\/\S+:\d+/);
    expect(steps[1]).toBe(`Callback URL: ${redirectUri} (port included).`);
  });

  it('asks for no redirect URI where the form has no place for it', () => {
    expect(of('google', {}).redirectUri).toBeUndefined();
  });
});
