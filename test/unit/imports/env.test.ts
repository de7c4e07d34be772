import { describe, expect, it } from 'vitest';
import { readEnv } from '../../../core/imports/env/env-file.ts';
import { envRules } from '../../../core/imports/env/env-rules.ts';
import { services } from '../../../core/services/registry.ts';
import { told } from './told.ts';

const file = '/work/app/.env';
const read = (text: string) => readEnv({ file, text }, { changes: true });
const accountsOf = (text: string) => read(text).accounts.map(told);

describe('the variables of a .env file', () => {
  it.each<[string, string, object]>([
    [
      'Dataiku, as its seed names them',
      'DATAIKU_HOST=https://dss.example\nDATAIKU_API_KEY=k\nDATAIKU_TIMEOUT=30\nREQUESTS_CA_BUNDLE=/etc/ca.pem\n',
      {
        id: 'dataiku',
        fields: {
          ...{ service: 'dataiku', grant: 'api_key', url: 'https://dss.example' },
          ...{ tls: { ca: '/etc/ca.pem' }, settings: { timeout: '30' } },
        },
        secrets: { api_key: 'k' },
      },
    ],
    ['Dataiku, as its vendor does', 'DKU_DSS_URL=https://dss.example\nDKU_API_KEY=k\n', { id: 'dataiku' }],
    [
      'Databricks, with a token',
      'export DATABRICKS_HOST="https://dbc-1.example/"\nexport DATABRICKS_TOKEN="dapi1"\n',
      { id: 'databricks', fields: { url: 'https://dbc-1.example', grant: 'api_key' }, secrets: { api_key: 'dapi1' } },
    ],
    [
      'Databricks, with a service principal',
      'DATABRICKS_HOST=dbc-1.example\nDATABRICKS_CLIENT_ID=6f4a\nDATABRICKS_CLIENT_SECRET=dose1\n',
      { fields: { grant: 'client_credentials', client_id: '6f4a' }, secrets: { client_secret: 'dose1' } },
    ],
    [
      'Athena, as its Python client names them',
      'OAUTH_CLIENT_ID=robot\nOAUTH_CLIENT_SECRET=s\nOAUTH_AUDIENCE=crisp-athena-dev\nOAUTH_AUTH_URL=https://crispthinking.auth0.com/oauth/token\nATHENA_HOST=h:443\nATHENA_AFFILIATE=a\n',
      {
        id: 'athena',
        fields: {
          ...{ service: 'athena', grant: 'client_credentials', client_id: 'robot', audience: 'crisp-athena-dev' },
          settings: { host: 'h:443', affiliate: 'a' },
        },
        secrets: { client_secret: 's' },
      },
    ],
    [
      'Athena, as its Node client names them',
      'ATHENA_CLIENT_ID=robot\nATHENA_CLIENT_SECRET=s\nATHENA_ISSUER_URL=https://auth.example/\nATHENA_AUDIENCE=crisp-athena-live\n',
      {
        fields: {
          ...{ service: 'athena', grant: 'client_credentials', client_id: 'robot' },
          token_endpoint: 'https://auth.example/oauth/token',
        },
      },
    ],
    ['Athena, with a static token', 'ATHENA_TOKEN=t\n', { id: 'athena', fields: { grant: 'api_key' } }],
    [
      'another server',
      'OAUTH_CLIENT_ID=robot\nOAUTH_CLIENT_SECRET=s\nOAUTH_AUTH_URL=https://login.example/token\n',
      { id: 'oauth', fields: { service: 'oauth', token_endpoint: 'https://login.example/token' } },
    ],
    [
      'Datadog',
      'DD_API_KEY=a\nDD_APP_KEY=b\nDD_SITE=datadoghq.eu\n',
      { id: 'datadog', fields: { settings: { site: 'datadoghq.eu' } }, secrets: { api_key: 'a', app_key: 'b' } },
    ],
    [
      'Quilt',
      'QUILT_API_KEY=qk_1\nQUILT_CATALOG_URL=https://quilt.example\n',
      { id: 'quilt', fields: { url: 'https://quilt.example' }, secrets: { api_key: 'qk_1' } },
    ],
    ['GitHub', 'GH_TOKEN=ghp_1\n', { id: 'github', fields: { service: 'github', grant: 'api_key' } }],
    [
      'GitLab of one’s own',
      'GITLAB_TOKEN=glpat-1\nGITLAB_HOST=gitlab.lab.example\n',
      { id: 'gitlab', fields: { url: 'https://gitlab.lab.example' } },
    ],
  ])('are known of %s', (_, text, expected) => {
    const accounts = accountsOf(text);
    expect(accounts).toHaveLength(1);
    expect(accounts[0]).toMatchObject(expected);
  });

  it('are known for every secret that exec and env would set', () => {
    const known = new Set(envRules.flatMap(({ secrets }) => Object.values(secrets).flat()));
    const set = [...services.values()].flatMap(({ name, variables = {} }) =>
      Object.entries(variables).flatMap(([grant, { always, env = {} }]) =>
        Object.entries({ ...always, ...env })
          .filter(([, word]) => word === 'access_token' || word.startsWith('field.'))
          .filter(() => grant === 'api_key')
          .map(([variable]) => `${name}: ${variable}`),
      ),
    );
    expect(set.length).toBeGreaterThan(5);
    expect(set.filter((entry) => !known.has(entry.split(': ')[1] ?? ''))).toEqual([]);
  });

  it('may be there once for each environment', () => {
    const accounts = accountsOf(
      'DATAIKU_PROD_HOST=https://p.example\nDATAIKU_PROD_API_KEY=p\nDATAIKU_PROD_VERIFY_SSL=false\n' +
        'DATAIKU_DEV_EU_HOST=https://d.example\nDATAIKU_DEV_EU_API_KEY=d\nDATAIKU_DEV_EU_TIMEOUT=5\n' +
        'STAGING_DD_API_KEY=a\nSTAGING_DD_APP_KEY=b\n',
    );
    expect(accounts.map(({ id, secrets }) => [id, secrets])).toEqual([
      ['dataiku@dev_eu', { api_key: 'd' }],
      ['dataiku@prod', { api_key: 'p' }],
      ['datadog@staging', { api_key: 'a', app_key: 'b' }],
    ]);
    expect(accounts[1]?.notes).toEqual([expect.stringContaining('certificate check is switched off')]);
    expect(accounts[0]).toMatchObject({ fields: { settings: { timeout: '5' } }, notes: [] });
  });

  it('never send a token of one’s own server to the public one', () => {
    expect(accountsOf('BOT_GITHUB_TOKEN=g\nGH_HOST=ghe.example\n')).toMatchObject([
      { id: 'github@bot', fields: { url: 'https://ghe.example' } },
    ]);
    const alone = read('GH_ENTERPRISE_TOKEN=g\n');
    expect(alone.accounts).toEqual([]);
    expect(alone.notes).toEqual([expect.stringContaining('it needs GITHUB_SERVER_URL beside it')]);
  });

  it('are not of a service because another group of them is', () => {
    const client = 'OAUTH_CLIENT_ID=a\nOAUTH_CLIENT_SECRET=k1\n';
    const other = 'STAGING_OAUTH_CLIENT_ID=b\nSTAGING_OAUTH_CLIENT_SECRET=k2\nSTAGING_OAUTH_AUDIENCE=crisp-athena-qa\n';
    const { accounts, notes } = read(client + other);
    expect(accounts.map(({ id }) => id)).toEqual(['athena@staging']);
    expect(notes).toEqual([expect.stringContaining('OAUTH_CLIENT_SECRET: not taken over')]);
  });

  it('say that a certificate is not checked', () => {
    const base = 'DKU_DSS_URL=https://dss.example\nDKU_API_KEY=k\nDKU_NO_CHECK_CERTIFICATE=';
    expect(accountsOf(`${base}1`)[0]?.notes).toHaveLength(1);
    expect(accountsOf(`${base}false`)[0]?.notes).toEqual([]);
    expect(accountsOf(base)[0]?.notes).toEqual([]);
  });

  it.each([
    ['a key without its address', 'DATAIKU_API_KEY=k1', /DATAIKU_API_KEY: not taken over; it needs DATAIKU_HOST/],
    ['one of two keys', 'DD_API_KEY=k1', /DD_API_KEY: not taken over; it needs DD_APP_KEY/],
    ['a client of an unknown server', 'OAUTH_CLIENT_ID=a\nOAUTH_CLIENT_SECRET=k1', /OAUTH_AUTH_URL beside it/],
    ['what a shell computes', 'GITHUB_TOKEN=$(pass show k1)', /a shell computes the value/],
    ['a token that is no password', 'LAKEBASE_PASSWORD=dapik1', /no database takes as a password/],
    ['the same under psql’s name', 'PGPASSWORD=dapik1', /no database takes as a password/],
    ['a password in an address', 'DATAIKU_API_KEY=k1\nDATAIKU_HOST=https://u:k1@h', /user name or password/],
  ])('are told and not taken over: %s', (_, text, why) => {
    const { accounts, notes } = read(text);
    expect(accounts).toEqual([]);
    expect(notes).toEqual([expect.stringMatching(why)]);
    expect(notes.join()).not.toContain('k1');
  });

  it('are nothing where they are empty, or other people’s', () => {
    expect(read('GITHUB_TOKEN=\nHOME=/home/kim\nPGPASSWORD=hunter2\n# DD_API_KEY=x\n')).toEqual({
      accounts: [],
      notes: [],
    });
  });

  it('cannot be taken out of standard input', () => {
    const { accounts } = readEnv({ file: 'standard input', text: 'GH_TOKEN=ghp_1' }, { changes: false });
    expect(accounts[0]?.takeOut).toBeUndefined();
  });
});

describe('what is taken out of a .env file', () => {
  const without = (text: string, index = 0) => read(text).accounts[index]?.takeOut?.without(text);

  it.each([
    ['a line', 'A=1\nGH_TOKEN=ghp_1\nB=2\n', 'A=1\nB=2\n'],
    ['the last line, without an end', 'A=1\r\nGH_TOKEN=ghp_1', 'A=1\r\n'],
    ['an export with blanks and a comment', '# x\n  export GH_TOKEN = "ghp_1" # y\n\nB=2', '# x\n\nB=2'],
    ['both of two names for one value', 'GH_TOKEN=g\nX=1\nGITHUB_TOKEN=g\n', 'X=1\n'],
    ['every one of several assignments', 'GH_TOKEN=old\nX=1\nGH_TOKEN=new\n', 'X=1\n'],
    ['a value on several lines', 'GH_TOKEN="a\nB=1\nc"\nB=2\n', 'B=2\n'],
  ])('is %s, and nothing else', (_, text, rest) => expect(without(text)).toBe(rest));

  it('leaves what only looks like it inside another value', () => {
    const text = 'NOTE="keep\nGH_TOKEN=ghp_2\n"\nGH_TOKEN=ghp_1\n';
    expect(without(text)).toBe('NOTE="keep\nGH_TOKEN=ghp_2\n"\n');
  });

  it('is nothing where the value is another by then', () => {
    const [account] = read('GH_TOKEN=ghp_1\n').accounts;
    expect(account?.takeOut?.without('GH_TOKEN=ghp_2\n')).toBeUndefined();
  });

  it('is nothing more where another account with the same key was first', () => {
    const text =
      'DATAIKU_A_HOST=https://a.example\nDATAIKU_A_API_KEY=k\nDATAIKU_B_HOST=https://b.example\nDATAIKU_B_API_KEY=k\n';
    const rest = without(text);
    expect(rest).toBe('DATAIKU_A_HOST=https://a.example\nDATAIKU_B_HOST=https://b.example\n');
    expect(read(text).accounts[1]?.takeOut?.without(rest ?? '')).toBe(rest);
  });
});
