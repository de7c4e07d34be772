import type { GrantKind } from '../../services/grant.ts';

/** Names of variables that say the same, the one that counts first. */
type Names = readonly string[];

/** What a group of variables amounts to. Where several rules fit one group, the first one counts. */
export interface EnvRule {
  readonly service: string;
  readonly grant: GrantKind;
  /** By field; the group is one where all of them are there. */
  readonly secrets: Readonly<Record<string, Names>>;
  /** By key of the configuration; without these nothing can be added. */
  readonly needs?: Readonly<Record<string, Names>>;
  /** By key of the configuration, `settings.NAME` and `tls.ca` among them; `auth0_issuer` becomes a `token_endpoint`. */
  readonly takes?: Readonly<Record<string, Names>>;
  /** A name that begins like this, or a value that `takes` finds, says that it is of this service; else nobody knows whose it is. */
  readonly known?: { readonly names: Names; readonly values: RegExp };
  /** Variables that switch the certificate check off: by being set, or by being false. */
  readonly unverified?: { readonly set: Names; readonly cleared: Names };
}

const dataiku = {
  service: 'dataiku',
  grant: 'api_key',
  unverified: { set: ['DKU_NO_CHECK_CERTIFICATE'], cleared: ['DATAIKU_VERIFY_SSL'] },
} as const;

/** Of every tenant of Auth0. */
export const auth0Token = '/oauth/token';
/** Clients of Athena ask this server unless told otherwise. */
const athenaServer = 'https://crispthinking.auth0.com';
const ofAthena = { names: ['ATHENA_'], values: /^crisp-athena-|^https:\/\/crispthinking\.auth0\.com(?:\/|$)/ };
const athenaSettings = { 'settings.host': ['ATHENA_HOST'], 'settings.affiliate': ['ATHENA_AFFILIATE'] };

/** The variables of the tools of each service (docs/import.md lists them). */
export const envRules: readonly EnvRule[] = [
  {
    ...dataiku,
    secrets: { api_key: ['DATAIKU_API_KEY', 'DKU_API_KEY'] },
    needs: { url: ['DATAIKU_HOST', 'DKU_DSS_URL'] },
    takes: { 'settings.timeout': ['DATAIKU_TIMEOUT'], 'tls.ca': ['REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE'] },
  },
  {
    service: 'databricks',
    grant: 'api_key',
    secrets: { api_key: ['DATABRICKS_TOKEN'] },
    needs: { url: ['DATABRICKS_HOST'] },
  },
  {
    service: 'databricks',
    grant: 'client_credentials',
    secrets: { client_secret: ['DATABRICKS_CLIENT_SECRET'] },
    needs: { url: ['DATABRICKS_HOST'], client_id: ['DATABRICKS_CLIENT_ID'] },
    takes: { 'settings.account_id': ['DATABRICKS_ACCOUNT_ID'] },
  },
  {
    service: 'athena',
    grant: 'client_credentials',
    secrets: { client_secret: ['OAUTH_CLIENT_SECRET', 'ATHENA_CLIENT_SECRET'] },
    needs: { client_id: ['OAUTH_CLIENT_ID', 'ATHENA_CLIENT_ID'] },
    takes: {
      audience: ['OAUTH_AUDIENCE', 'ATHENA_AUDIENCE'],
      token_endpoint: ['OAUTH_AUTH_URL'],
      auth0_issuer: ['ATHENA_ISSUER_URL'],
      ...athenaSettings,
    },
    known: ofAthena,
  },
  {
    service: 'oauth',
    grant: 'client_credentials',
    secrets: { client_secret: ['OAUTH_CLIENT_SECRET'] },
    needs: { client_id: ['OAUTH_CLIENT_ID'], token_endpoint: ['OAUTH_AUTH_URL', 'OAUTH_TOKEN_URL'] },
    takes: { audience: ['OAUTH_AUDIENCE'] },
  },
  {
    service: 'athena',
    grant: 'api_key',
    secrets: { api_key: ['ATHENA_TOKEN'] },
    takes: athenaSettings,
  },
  {
    service: 'datadog',
    grant: 'api_key',
    secrets: { api_key: ['DD_API_KEY', 'DATADOG_API_KEY'], app_key: ['DD_APP_KEY', 'DATADOG_APP_KEY'] },
    takes: { 'settings.site': ['DD_SITE', 'DATADOG_SITE'] },
  },
  {
    service: 'quilt',
    grant: 'api_key',
    secrets: { api_key: ['QUILT_API_KEY'] },
    needs: { url: ['QUILT_CATALOG_URL'] },
  },
  {
    service: 'github',
    grant: 'api_key',
    secrets: { api_key: ['GITHUB_TOKEN', 'GH_TOKEN'] },
    takes: { url: ['GITHUB_SERVER_URL', 'GH_HOST'] },
  },
  {
    service: 'github',
    grant: 'api_key',
    // Of a server of one's own, whose token is nothing for github.com to see.
    secrets: { api_key: ['GH_ENTERPRISE_TOKEN', 'GITHUB_ENTERPRISE_TOKEN'] },
    needs: { url: ['GITHUB_SERVER_URL', 'GH_HOST'] },
  },
  {
    service: 'gitlab',
    grant: 'api_key',
    secrets: { api_key: ['GITLAB_TOKEN', 'GITLAB_ACCESS_TOKEN', 'GITLAB_PRIVATE_TOKEN'] },
    takes: { url: ['GITLAB_HOST', 'GITLAB_URL', 'CI_SERVER_URL'] },
  },
];

/** One environment each, as Dataiku's own helpers name them: `DATAIKU_PROD_HOST`. */
export function prefixedDataiku(word: string): EnvRule {
  const name = (end: string): Names => [`DATAIKU_${word}_${end}`];
  return {
    ...dataiku,
    secrets: { api_key: name('API_KEY') },
    needs: { url: name('HOST') },
    takes: { 'settings.timeout': name('TIMEOUT') },
    unverified: { set: [], cleared: name('VERIFY_SSL') },
  };
}

/** What an account has anyway, so that it need not be written. */
export const ownValues: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  athena: { audience: 'crisp-athena-live', token_endpoint: `${athenaServer}${auth0Token}` },
  datadog: { 'settings.site': 'datadoghq.com' },
  github: { url: 'https://github.com' },
  gitlab: { url: 'https://gitlab.com' },
};

/** A Databricks token in them is a mistake: a database takes no such thing. */
export const databasePasswords: Names = ['LAKEBASE_PASSWORD', 'PGPASSWORD'];
