/** A form that secrets of one kind have. */
export interface Pattern {
  /** For people. */
  readonly kind: string;
  /** Global; the group `secret` is the secret itself, where more than it is matched. */
  readonly expression: RegExp;
  /** Of a text that has this in it; undefined: of any. */
  readonly only?: RegExp;
  /** The variable that tools read it from. */
  readonly variable: string;
}

/** Behind a name in a file of assignments, of whatever language; a reference to a variable is no value. */
const assigned = (names: string, value: string): RegExp =>
  new RegExp(`(?<![A-Za-z0-9])(?:${names})["']?\\s*(?:=>|[:=])\\s*["']?(?<secret>${value})(?![A-Za-z0-9])`, 'gi');

/** Names of variables and calls are long words too; a client secret has digits in it. */
const notRead = '(?!(?:process|os|env|config|settings|secrets)\\.)(?=[A-Za-z_~.+/=-]*\\d)';

const start = '(?<![A-Za-z0-9_-])';

/** Their own command lines and docs call a key of Dataiku so; instances may be set up otherwise. */
export const dataikuPrefix = 'dkuaps-';

/** Those of the systems Keytray knows. Where two find the same, the first one counts. */
export function patterns(prefix: string = dataikuPrefix): readonly Pattern[] {
  const own = prefix.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return [
    {
      kind: 'Databricks token as a database password, which no database takes',
      expression: assigned('LAKEBASE_PASSWORD|PGPASSWORD', 'dapi[0-9a-f]{8,}(?:-\\d)?'),
      variable: 'PGPASSWORD',
    },
    {
      kind: 'Quilt API key',
      expression: new RegExp(`${start}qk_[A-Za-z0-9_-]{20,}`, 'g'),
      variable: 'QUILT_API_KEY',
    },
    {
      kind: 'Dataiku API key',
      expression: new RegExp(`${start}${own}[A-Za-z0-9_-]{12,}`, 'g'),
      variable: 'DATAIKU_API_KEY',
    },
    {
      kind: 'Dataiku API key',
      // Whatever it looks like, in the file that Dataiku's clients read.
      only: /"dss_instances"/,
      expression: /"api_key"\s*:\s*"(?<secret>[^"\s]{8,500})"/g,
      variable: 'DATAIKU_API_KEY',
    },
    {
      kind: 'Databricks token',
      expression: new RegExp(`${start}dapi[0-9a-f]{32}(?:-\\d)?(?![A-Za-z0-9])`, 'g'),
      variable: 'DATABRICKS_TOKEN',
    },
    {
      kind: 'Databricks client secret',
      expression: new RegExp(`${start}dose[0-9a-f]{32}(?![A-Za-z0-9])`, 'g'),
      variable: 'DATABRICKS_CLIENT_SECRET',
    },
    {
      kind: 'Datadog API key',
      expression: assigned('(?:DD|DATADOG)[_-]API[_-]KEY', '[0-9a-f]{32}'),
      variable: 'DD_API_KEY',
    },
    {
      kind: 'Datadog application key',
      expression: assigned('(?:DD|DATADOG)[_-](?:APP|APPLICATION)[_-]KEY', '[0-9a-f]{40}'),
      variable: 'DD_APP_KEY',
    },
    {
      kind: 'OAuth client secret',
      expression: assigned('(?:OAUTH|ATHENA|AUTH0|DATABRICKS)_CLIENT_SECRET', `${notRead}[A-Za-z0-9_~.+/=-]{16,}`),
      variable: 'OAUTH_CLIENT_SECRET',
    },
  ];
}
