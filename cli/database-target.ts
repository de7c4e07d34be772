import type { PostgresTarget } from '../core/endpoints/postgres/session.ts';
import { KeytrayError } from '../core/errors.ts';
import type { LocalApiClient } from '../core/local-api/client/client.ts';
import { Secret } from '../core/secret.ts';

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

/** Where a session leads now, with a password the broker has just made sure of. Throws `KeytrayError`. */
export async function databaseTarget(
  broker: LocalApiClient,
  { account, target }: DatabaseName,
): Promise<PostgresTarget> {
  const { authoritiesOf } = await import('../core/endpoints/account-server.ts');
  const answer = await broker.credentials(account, {
    kind: 'postgres',
    ...(target === undefined ? {} : { target }),
  });
  const { host, port, dbname, username, password, sslrootcert } = answer as Readonly<Record<string, unknown>>;
  if (
    typeof host !== 'string' ||
    typeof port !== 'number' ||
    typeof dbname !== 'string' ||
    typeof username !== 'string' ||
    typeof password !== 'string'
  ) {
    throw new KeytrayError('internal_error', 'unexpected reply; do the client and broker versions match?');
  }
  const authorities = await authoritiesOf(typeof sslrootcert === 'string' ? sslrootcert : undefined);
  return { host, port, database: dbname, user: username, password: new Secret(password), authorities };
}
