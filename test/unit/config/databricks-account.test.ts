import { describe, expect, it } from 'vitest';
import { interpretConfig } from '../../../core/config/interpret-config.ts';
import { resolveAccount } from '../../../core/config/resolve.ts';
import { databricks } from '../../../core/services/databricks.ts';

const host = 'https://dbc-1.cloud.databricks.com';

function read(...lines: readonly string[]) {
  const text = ['accounts:', '  lake:', '    service: databricks', ...lines.map((line) => `    ${line}`), ''].join(
    '\n',
  );
  return interpretConfig([{ file: 'config.yaml', text }]);
}

function settings(...lines: readonly string[]) {
  const result = read(...lines);
  const account = result.kind === 'ok' ? result.config.accounts.get('lake') : undefined;
  if (account === undefined) throw new Error(JSON.stringify(result));
  return resolveAccount(account, databricks);
}

describe('an account of Databricks', () => {
  it('needs its url alone', () => {
    expect(settings(`url: ${host}/`)).toMatchObject({
      clientId: 'databricks-cli',
      clientSecret: 'none',
      issuer: `${host}/oidc`,
      scopes: ['all-apis', 'offline_access'],
      redirect: { host: 'localhost', path: 'none' },
    });
    const ports = Array.from({ length: 21 }, (_, index) => 8020 + index);
    expect(settings(`url: ${host}`).redirect.ports).toEqual(ports);
  });

  it('of the whole company has endpoints of its own, which no metadata names', () => {
    const found = settings('url: https://accounts.cloud.databricks.com', 'settings: { account_id: a/b }');
    expect(found.issuer).toBeUndefined();
    expect(found.endpoints).toMatchObject({
      authorizationEndpoint: 'https://accounts.cloud.databricks.com/oidc/accounts/a%2Fb/v1/authorize',
      tokenEndpoint: 'https://accounts.cloud.databricks.com/oidc/accounts/a%2Fb/v1/token',
    });
  });

  it('as it was written before goes on: its issuer, its client, the one port that is registered', () => {
    expect(settings(`issuer: ${host}/oidc`, 'client_id: mine')).toMatchObject({
      url: host,
      issuer: `${host}/oidc`,
      clientId: 'mine',
      clientSecret: 'optional',
      redirect: { ports: [8020] },
    });
  });

  it('of a service principal names its client: the one for people has no secret', () => {
    const without = read(`url: ${host}`, 'grant: client_credentials');
    expect(JSON.stringify(without)).toContain('client_id is missing');
    expect(settings(`url: ${host}`, 'grant: client_credentials', 'client_id: robot')).toMatchObject({
      clientId: 'robot',
      clientSecret: 'required',
      scopes: ['all-apis'],
    });
  });

  it('without a server is told to write its url', () => {
    expect(JSON.stringify(read('client_id: x'))).toContain('url is missing');
  });
});
