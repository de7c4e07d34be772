import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { accountVariables, defaultVariable, exportLine } from '../../../cli/account-environment.ts';
import { interpretConfig } from '../../../core/config/interpret-config.ts';
import { resolveAccount } from '../../../core/config/resolve.ts';
import { services } from '../../../core/services/registry.ts';
import type { AccountSettings } from '../../../core/services/service.ts';

function settings(id: string, lines: string): AccountSettings {
  const read = interpretConfig([{ file: 'c.yaml', text: `accounts:\n  ${id}: { ${lines} }\n` }]);
  const account = read.kind === 'ok' ? read.config.accounts.get(id) : undefined;
  const service = services.get(account?.service ?? '');
  if (account === undefined || service === undefined) throw new Error(JSON.stringify(read));
  return resolveAccount(account, service);
}

const shown = (...asked: Parameters<typeof accountVariables>) =>
  Object.fromEntries(
    [...accountVariables(...asked)].map(([name, value]) => {
      const holds =
        'text' in value
          ? `"${value.text}"`
          : 'token' in value
            ? value.token
            : 'field' in value
              ? value.field
              : value.kind;
      return [name, holds];
    }),
  );

describe('variables of an account', () => {
  it.each([
    ['github', 'GITHUB_TOKEN'],
    ['github@work', 'GITHUB_WORK_TOKEN'],
    ['azure-devops@a.b', 'AZURE_DEVOPS_A_B_TOKEN'],
    ['2nd', '_2ND_TOKEN'],
  ])('%s is %s unless the configuration says otherwise', (account, name) => {
    expect(defaultVariable(account)).toBe(name);
    expect(shown(settings(account, 'service: github, client_id: x'), 'exec')).toEqual({ [name]: 'access' });
  });

  it('come from `env:` where that is set, with whatever it says they hold', () => {
    const env =
      'env: { GH_TOKEN: access_token, GH_ID: id_token, GH_AUTH: authorization, GH_URL: url, GH_HOST: host, GH_CLIENT: client_id }';
    expect(
      shown(settings('github', `service: github, client_id: x, url: "https://git.lab.example/", ${env}`), 'exec'),
    ).toEqual({
      GH_TOKEN: 'access',
      GH_ID: 'id',
      GH_AUTH: 'authorization',
      GH_URL: '"https://git.lab.example/"',
      GH_HOST: '"git.lab.example"',
      GH_CLIENT: '"x"',
    });
  });

  it('are those the tools of the service expect, with what `env:` adds, and without what the account lacks', () => {
    const lines =
      'service: dataiku, url: "https://dss.lab.example", env: { TEAM: settings.project }, settings: { project: P1 }';
    const found = shown(settings('dataiku', lines), 'exec');
    expect(found).toEqual({
      DATAIKU_HOST: '"https://dss.lab.example"',
      DATAIKU_API_KEY: 'access',
      DKU_DSS_URL: '"https://dss.lab.example"',
      DKU_API_KEY: 'access',
      TEAM: '"P1"',
    });
    const withCa = settings('dataiku', `${lines}, tls: { ca: /etc/lab-ca.pem }`);
    expect(shown(withCa, 'exec')).toMatchObject({ REQUESTS_CA_BUNDLE: '"/etc/lab-ca.pem"' });
  });

  it('have short names behind a prefix where the service has such', () => {
    const lines = 'service: dataiku, url: "https://dss.lab.example", settings: { timeout: "30" }';
    expect(shown(settings('dataiku', lines), 'exec', 'DATAIKU_PROD_')).toEqual({
      DATAIKU_PROD_HOST: '"https://dss.lab.example"',
      DATAIKU_PROD_API_KEY: 'access',
      DATAIKU_PROD_TIMEOUT: '"30"',
      DATAIKU_PROD_VERIFY_SSL: '"true"',
    });
    expect(shown(settings('github', 'service: github, client_id: x'), 'exec', 'A_')).toEqual({
      A_GITHUB_TOKEN: 'access',
    });
  });

  it('hold the token of Athena in a shell only, where no endpoint answers its clients', () => {
    const athena = settings('athena', 'service: athena, client_id: robot, settings: { affiliate: lab }');
    expect(shown(athena, 'exec')).toEqual({
      OAUTH_CLIENT_ID: '"robot"',
      OAUTH_AUDIENCE: '"crisp-athena-live"',
      ATHENA_CLIENT_ID: '"robot"',
      ATHENA_AUDIENCE: '"crisp-athena-live"',
      ATHENA_AFFILIATE: '"lab"',
    });
    expect(shown(athena, 'env')).toMatchObject({ ATHENA_TOKEN: 'access' });
  });

  it('lead the SDKs of Databricks to the workspace in a shell, and leave them to an endpoint under exec', () => {
    const lines = 'service: databricks, url: "https://w.cloud.databricks.com/path"';
    expect(shown(settings('lake', lines), 'exec')).toEqual({ LAKE_TOKEN: 'access' });
    expect(shown(settings('lake', lines), 'env')).toEqual({
      LAKE_TOKEN: 'access',
      DATABRICKS_HOST: '"https://w.cloud.databricks.com"',
      DATABRICKS_TOKEN: 'access',
    });
  });

  it('are both keys of Datadog', () => {
    expect(shown(settings('datadog', 'service: datadog, grant: api_key'), 'exec')).toEqual({
      DD_API_KEY: 'api_key',
      DD_APP_KEY: 'app_key',
    });
  });
});

it('an export line means the same to a shell, whatever the value holds', () => {
  for (const value of ["it's", '$(touch x) `id` "q" \\', 'a\nb', '']) {
    const script = `${exportLine('V', value)}printf %s "$V"`;
    expect(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' })).toBe(value);
  }
});
