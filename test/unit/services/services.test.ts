import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AccountConfig } from '../../../core/config/config.ts';
import { checkEndpointUrl } from '../../../core/config/endpoint-url.ts';
import { checkHostPattern } from '../../../core/config/host-pattern.ts';
import { interpretConfig } from '../../../core/config/interpret-config.ts';
import { registrationOf } from '../../../core/config/registration.ts';
import { accountTitle, redirectUriToRegister, resolveAccount } from '../../../core/config/resolve.ts';
import { services } from '../../../core/services/registry.ts';
import type { AccountSettings, Service } from '../../../core/services/service.ts';

function preset(name: string): Service {
  const service = services.get(name);
  if (service === undefined) throw new Error(`no service ${name}`);
  return service;
}

function resolved(id: string, lines: string): AccountSettings {
  const result = interpretConfig([{ file: 'c.yaml', text: `accounts:\n  ${id}: { client_id: x, ${lines} }\n` }]);
  const account: AccountConfig | undefined = result.kind === 'ok' ? result.config.accounts.get(id) : undefined;
  if (account === undefined) throw new Error(JSON.stringify(result));
  return resolveAccount(account, preset(account.service));
}

describe('every preset', () => {
  const docs = readFileSync(new URL('../../../docs/services.md', import.meta.url), 'utf8');

  it.each([...services])('%s is well-formed and documented', (name, service) => {
    expect(service.name).toBe(name);
    expect(docs).toMatch(new RegExp(`^\\| \`${name}\` +\\|`, 'm'));
    const uri = redirectUriToRegister(service);
    if (service.registration.needsRedirectUri !== false)
      expect(docs).toMatch(new RegExp(`^\\| \`${name}\`.*\`${uri}\``, 'm'));
    expect(docs).toMatch(new RegExp(`^\\| \`${name}\`.*\\| ${service.clientSecret} +\\| \`${service.username}\``, 'm'));
    // A client belongs to whoever registered it, so none is brought along; Databricks has one for all.
    expect(service.clientId).toBe(name === 'databricks' ? 'databricks-cli' : undefined);
    const own = name === 'databricks' ? 'of-my-own' : undefined;
    const registration = registrationOf(service, { issuer: undefined, tokenEndpoint: undefined, clientId: own });
    expect(registration.steps.length).toBeGreaterThan(0);
    expect(registration.steps.join()).not.toMatch(/REDIRECT_URI|the redirect URI\b/);
    for (const url of Object.values(service.endpoints)) expect(checkEndpointUrl(url ?? '', 'endpoint')).toBeUndefined();
    if (service.issuer !== undefined) expect(checkEndpointUrl(service.issuer, 'issuer')).toBeUndefined();
    for (const host of Object.values(service.serves).flat()) expect(checkHostPattern(host)).toBeUndefined();
  });

  it('is in the documentation only if it exists', () => {
    const named = [...docs.matchAll(/^\| `([a-z0-9-]+)` +\|/gm)].map((match) => match[1]);
    expect(named).toEqual([...services.keys()]);
  });
});

describe('what a server has its own way of', () => {
  it('is told by the account on top of the preset', () => {
    const lines =
      'service: gitea, issuer: "https://git.example", dead_token_errors: [invalid_request], refresh_revokes_access: true, client_auth: post';
    expect(resolved('gitea', lines)).toMatchObject({
      deadTokenErrors: ['unauthorized_client', 'invalid_request'],
      refreshRevokesAccess: true,
      clientAuth: 'post',
    });
  });
});

describe('whether a refresh kills the access token in use', () => {
  it.each([
    ['gitlab', '', true],
    ['gitlab', ', refresh_revokes_access: false', false],
    ['google', '', undefined],
    ['google', ', refresh_revokes_access: false', false],
  ])('at %s%s: %s', (service, more, known) => {
    expect(resolved('x', `service: ${service}${more}`).refreshRevokesAccess).toBe(known);
  });
});

describe('resolveAccount', () => {
  it('takes from the preset what the account leaves open', () => {
    expect(resolved('github@work', 'service: github')).toMatchObject({
      title: 'GitHub (work)',
      username: 'x-access-token',
      scopes: ['repo', 'workflow', 'offline_access'],
      endpoints: { tokenEndpoint: 'https://github.com/login/oauth/access_token' },
      redirect: { host: '127.0.0.1', ports: 'any', path: '/callback' },
      refreshRevokesAccess: true,
      serves: { git: ['github.com'] },
    });
  });

  it('lets the account override', () => {
    const account = resolved(
      'g',
      'service: gitlab, scopes: [api], username: ada, redirect: { port: 99 }, git: [gitlab.com/acme/*]',
    );
    expect(account).toMatchObject({
      scopes: ['api'],
      username: 'ada',
      redirect: { host: '127.0.0.1', ports: [99], path: '/callback' },
      serves: { git: ['gitlab.com/acme/*'] },
      issuer: 'https://gitlab.com',
    });
  });

  it('mixes nothing of the public instance into an instance of one’s own', () => {
    const lab = resolved('lab', 'service: gitlab, issuer: "https://git.lab.example:8443"');
    expect(lab.issuer).toBe('https://git.lab.example:8443');
    expect(lab.serves).toEqual({ git: ['git.lab.example:8443'] });

    const endpoints = 'authorization_endpoint: https://ghe.example/a, token_endpoint: https://ghe.example/t';
    const enterprise = resolved('ghe', `service: github, ${endpoints}`);
    expect(enterprise.endpoints.deviceAuthorizationEndpoint).toBeUndefined();
    expect(enterprise.serves).toEqual({ git: ['ghe.example'] });

    const byHand = resolved('gl', `service: gitlab, ${endpoints}`);
    expect(byHand.issuer).toBeUndefined();
  });

  it('keeps the preset’s own server when only another endpoint is given', () => {
    const account = resolved('github', 'service: github, revocation_endpoint: https://x.example/r');
    expect(account.endpoints).toMatchObject({
      tokenEndpoint: 'https://github.com/login/oauth/access_token',
      revocationEndpoint: 'https://x.example/r',
    });
    expect(account.serves).toEqual({ git: ['github.com'] });
    expect(resolved('gitlab', 'service: gitlab, issuer: https://gitlab.com').serves).toEqual({ git: ['gitlab.com'] });
  });

  it('keeps hosts that are the same for every tenant', () => {
    const account = resolved('a', 'service: azure-devops, issuer: https://login.microsoftonline.com/t/v2.0');
    expect(account.serves).toEqual({ git: ['dev.azure.com'] });
  });

  it.each([
    ['service: oidc, issuer: https://x.example', 'consent'],
    ['service: oidc, issuer: https://x.example, prompt: login', 'login'],
    ['service: oidc, issuer: https://x.example, scopes: [openid]', undefined],
    ['service: azure-devops, issuer: https://x.example', 'select_account'],
  ])('%s: prompt %j', (lines, prompt) => {
    expect(resolved('x', lines).prompt).toBe(prompt);
  });

  it('adds the account’s parameters to the preset’s', () => {
    const account = resolved('g', 'service: google, authorization_params: { hd: example.com }');
    expect(account.authorizationParams).toEqual({ access_type: 'offline', hd: 'example.com' });
  });
});

describe('accountTitle', () => {
  it.each([
    ['github', 'github', 'GitHub'],
    ['github@work', 'github', 'GitHub (work)'],
    ['work', 'github', 'GitHub (work)'],
    ['acme@prod', 'github', 'GitHub (acme@prod)'],
    ['lab', 'oidc', 'lab'],
    ['lab@prod', 'oidc', 'lab (prod)'],
    ['oidc@lab', 'oidc', 'lab'],
    ['oauth', 'oauth', 'OAuth 2.0'],
  ])('%s of %s is %s', (id, service, title) => {
    expect(accountTitle(id, preset(service))).toBe(title);
  });
});

describe('redirectUriToRegister', () => {
  it.each([
    [{ host: '127.0.0.1', ports: 'any', path: '/callback' }, 'http://127.0.0.1/callback'],
    [{ host: 'localhost', ports: 'any', path: 'none' }, 'http://localhost'],
    [{ host: 'localhost', ports: [8020, 8021], path: 'none' }, 'http://localhost:8020, http://localhost:8021'],
    [{ host: '127.0.0.1', ports: [5], path: '/cb' }, 'http://127.0.0.1:5/cb'],
  ] as const)('%j', (redirect, uri) => {
    expect(redirectUriToRegister({ redirect })).toBe(uri);
  });
});
