import type { PostgresTarget } from '../core/endpoints/postgres/session.ts';
import { KeytrayError } from '../core/errors.ts';
import type { LocalApiClient } from '../core/local-api/client/client.ts';
import { Secret } from '../core/secret.ts';
import type { DatabasePlace } from '../core/services/database-formats.ts';

export interface DatabaseName {
  readonly account: string;
  /** Undefined: the only one the account has. */
  readonly target: string | undefined;
}

/** `ACCOUNT[/TARGET]` */
export function readDatabaseName(text: string): DatabaseName {
  const slash = text.indexOf('/');
  return slash === -1
    ? { account: text, target: undefined }
    : { account: text.slice(0, slash), target: text.slice(slash + 1) };
}

/** As the broker answers; what it does not say is undefined. */
export interface DatabaseDetails extends DatabasePlace {
  readonly password: Secret;
}

/** A login to a database, with a password the broker has just made sure of. Throws `KeytrayError`. */
export async function databaseDetails(
  broker: LocalApiClient,
  { account, target }: DatabaseName,
): Promise<DatabaseDetails> {
  const answer = await broker.credentials(account, {
    kind: 'postgres',
    ...(target === undefined ? {} : { target }),
  });
  const { host, port, dbname, username, password, sslmode, sslrootcert } = answer as Readonly<Record<string, unknown>>;
  if (
    typeof host !== 'string' ||
    typeof port !== 'number' ||
    typeof dbname !== 'string' ||
    typeof username !== 'string' ||
    typeof password !== 'string'
  ) {
    throw new KeytrayError('internal_error', 'unexpected reply; do the client and broker versions match?');
  }
  return {
    host,
    port,
    database: dbname,
    user: username,
    password: new Secret(password),
    sslmode: typeof sslmode === 'string' ? sslmode : 'verify-full',
    authorities: typeof sslrootcert === 'string' ? sslrootcert : undefined,
  };
}

/** Where a session of the proxy leads now. Throws `KeytrayError`. */
export async function databaseTarget(broker: LocalApiClient, name: DatabaseName): Promise<PostgresTarget> {
  const { authoritiesOf } = await import('../core/endpoints/account-server.ts');
  const details = await databaseDetails(broker, name);
  return { ...details, authorities: await authoritiesOf(details.authorities) };
}
