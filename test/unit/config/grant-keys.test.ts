import { describe, expect, it } from 'vitest';
import type { AccountConfig } from '../../../core/config/config.ts';
import { formatConfigError } from '../../../core/config/config-error.ts';
import { interpretConfig } from '../../../core/config/interpret-config.ts';
import { resolveAccount } from '../../../core/config/resolve.ts';
import { services } from '../../../core/services/registry.ts';
import type { AccountSettings } from '../../../core/services/service.ts';

const read = (lines: string) => interpretConfig([{ file: 'c.yaml', text: `accounts:\n${lines}` }]);

function account(lines: string): AccountConfig {
  const result = read(`  a: { ${lines} }\n`);
  const found = result.kind === 'ok' ? result.config.accounts.get('a') : undefined;
  if (found === undefined) throw new Error(JSON.stringify(result));
  return found;
}

function settings(lines: string): AccountSettings {
  const config = account(lines);
  const service = services.get(config.service);
  if (service === undefined) throw new Error('no such service');
  return resolveAccount(config, service);
}

function problems(lines: string): string {
  const result = read(lines);
  return result.kind === 'ok' ? '' : result.errors.map(formatConfigError).join('\n');
}

const one = (lines: string): string => problems(`  a: { ${lines} }\n`);

describe('grant', () => {
  it('is the first that the service offers, where the account names none', () => {
    expect(settings('service: github, client_id: x').grant).toEqual({ kind: 'authorization_code' });
  });

  it('must be one the service offers', () => {
    expect(one('service: google, grant: pasted_code')).toContain(
      'accounts.a.grant: google does not offer pasted_code; write authorization_code or ',
    );
  });

  it('must be a known word', () => {
    expect(one('service: github, grant: password')).toContain('not one of the known words');
  });
});

describe('url', () => {
  it('gives the issuer where the service knows how', () => {
    expect(settings('service: gitlab, client_id: x, url: "https://git.lab.example/"')).toMatchObject({
      issuer: 'https://git.lab.example',
      serves: { git: ['git.lab.example'] },
    });
    expect(settings('service: databricks, client_id: x, url: "https://w.cloud.databricks.com"').issuer).toBe(
      'https://w.cloud.databricks.com/oidc',
    );
  });

  it('gives the endpoints where the service has no metadata', () => {
    expect(settings('service: github, client_id: x, url: "https://ghe.example"')).toMatchObject({
      endpoints: {
        authorizationEndpoint: 'https://ghe.example/login/oauth/authorize',
        tokenEndpoint: 'https://ghe.example/login/oauth/access_token',
      },
      serves: { git: ['ghe.example'] },
    });
  });

  it('leaves an issuer alone that the account names', () => {
    const found = settings('service: gitlab, client_id: x, issuer: "https://a.example", url: "https://b.example"');
    expect(found).toMatchObject({ issuer: 'https://a.example', url: 'https://b.example' });
  });

  it.each([
    ['http://api.example', 'http is accepted for loopback hosts only'],
    ['https://ada:pw@api.example', 'a user name or password in the URL'],
    ['https://api.example/?key=1', 'a query in the URL'],
  ])('refuses %s', (url, message) => {
    expect(one(`service: oidc, issuer: "https://i.example", client_id: x, url: "${url}"`)).toContain(message);
  });
});

describe('the keys of a grant', () => {
  const oidc = 'service: oidc, issuer: "https://i.example", client_id: x';

  it('are refused where the account has another grant', () => {
    expect(one(`${oidc}, command: [gh, auth, token]`)).toContain('accounts.a.command: belongs to grant: command');
    expect(one(`${oidc}, expires_at: "2027-01-31"`)).toContain('accounts.a.expires_at: belongs to grant: api_key');
    expect(one(`${oidc}, pre_authenticate: true`)).toContain('accounts.a.pre_authenticate: nobody signs in by browser');
    expect(one(`${oidc}, lakebase: { shop: { instance: shop } }`)).toContain('accounts.a.lakebase: oidc has no such');
  });

  it('are held against what the service declares', () => {
    expect(one(`${oidc}, settings: { region: eu }`)).toContain('unknown setting region; oidc has no settings');
    expect(one(`${oidc}, settings: { app_secret: hunter2 }`)).toContain('app_secret looks like a secret');
  });

  it('take durations and forms of presenting', () => {
    expect(settings(`${oidc}, min_validity: 5m, present: { header: X-API-Key }`)).toMatchObject({
      minValidity: 300,
      present: { kind: 'header', name: 'X-API-Key' },
    });
    expect(settings(`${oidc}, present: basic_user`).present).toEqual({ kind: 'basic_user' });
    expect(one(`${oidc}, present: { header: Cookie }`)).toContain('Cookie is not for credentials');
    expect(one(`${oidc}, min_validity: 2d`)).toContain('not a duration');
  });

  it('describe databases of a workspace', () => {
    const found = settings(
      'service: databricks, client_id: x, url: "https://w.example", lakebase: { shop: { endpoint: projects/p/branches/b/endpoints/e } }',
    );
    expect(found.lakebase).toEqual({
      shop: {
        place: { kind: 'endpoint', endpoint: 'projects/p/branches/b/endpoints/e' },
        database: 'databricks_postgres',
        port: 5432,
        sslmode: 'verify-full',
        password: 'generated',
      },
    });
  });
});
