import type { FailureRow } from './failure-table.ts';

/** What PostgreSQL and the front of Lakebase say at a login. */
export const lakebaseLoginFailures: readonly FailureRow[] = [
  {
    words: /^Failed to decode token for role "/,
    code: 'misconfigured',
    cause: 'Lakebase takes a database password that was generated for the sign-in, and was given something else',
    advice: 'A personal access token (dapi…) is never a database password.',
  },
  {
    words: /^password authentication failed/,
    code: 'access_denied',
    cause: 'Lakebase does not accept the database password: it has expired, or belongs to another identity',
  },
  {
    words: /^database "(.+)" does not exist/,
    code: 'misconfigured',
    cause: 'the database $1 does not exist',
    advice: "Lakebase's default database is databricks_postgres.",
  },
  {
    words: /^role "(.+)" does not exist/,
    code: 'access_denied',
    cause: 'the database has no role for $1',
    advice: 'Ask its owner to run databricks_create_role for this identity, signed in with OAuth.',
  },
  {
    words: /^permission denied for (?:database|schema|table) (.+)/,
    code: 'access_denied',
    cause: 'the role has no rights on $1',
    advice: 'Ask its owner for the missing GRANT.',
  },
  {
    words: /no encryption|SSL off/,
    code: 'misconfigured',
    cause: 'Lakebase takes connections over TLS only',
    advice: 'Set sslmode to verify-full.',
  },
  {
    words: /does not support SSL/,
    code: 'misconfigured',
    cause: 'the server at this address offers no TLS, so it is not Lakebase',
    advice: 'Check host and port.',
  },
];

/** What the APIs say that name a database and generate its passwords. */
export const lakebaseApiFailures: readonly FailureRow[] = [
  { status: 401, code: 'login_required', cause: 'Databricks does not accept the access token' },
  {
    status: 403,
    words: /IP address|IP access list|blocked/i,
    code: 'access_denied',
    cause: 'an IP access list of Databricks blocks this machine',
    advice: 'Connect through an allowed network.',
  },
  {
    status: 403,
    code: 'access_denied',
    cause: 'Databricks does not let this identity use the database',
    advice: 'It needs CAN USE on the database instance.',
  },
  {
    status: 404,
    words: /^No API found/,
    code: 'misconfigured',
    cause: 'the workspace has no Lakebase API',
    advice: 'Check the address of the workspace.',
  },
  {
    status: 404,
    words: /'([^']+)'/,
    code: 'misconfigured',
    cause: 'the workspace has no database $1',
    advice: 'Check the name of the instance or endpoint.',
  },
  { status: 429, code: 'temporarily_unavailable', cause: 'Databricks asks to wait: too many requests' },
];

/** Undefined where a database in this state takes connections. `AVAILABLE` and `ACTIVE` do; an idle one wakes up. */
export function problemOfState(state: string): string | undefined {
  switch (state) {
    case 'STOPPED':
      return 'the database instance is stopped';
    case 'STARTING':
    case 'UPDATING':
    case 'FAILING_OVER':
      return 'the database instance is not ready yet';
    case 'DELETING':
      return 'the database instance is being deleted';
    default:
      return undefined;
  }
}

/** An address of the other product, which people copy from the same window: it speaks no PostgreSQL. */
export const isWarehouseAddress = (address: string): boolean => /(?:^|\/)sql\/(?:1\.0|protocolv1)\//.test(address);
