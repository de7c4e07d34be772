import { KeytrayError } from '../core/errors.ts';
import type { LocalApiClient } from '../core/local-api/client/client.ts';
import { connectionVariables } from '../core/services/database-formats.ts';
import type { Screen } from './cli.ts';
import { type DatabaseDetails, type DatabaseName, databaseDetails } from './database-target.ts';
import { printable } from './output/printable.ts';

/** What clients of libpq read, with the password, and by the names that examples of Lakebase use. */
export function databaseVariables(details: DatabaseDetails): ReadonlyMap<string, string> {
  const { host, port, user, database } = details;
  const password = details.password.reveal();
  return new Map([
    ...connectionVariables(details),
    ['PGPASSWORD', password],
    ['LAKEBASE_HOST', host],
    ['LAKEBASE_PORT', String(port)],
    ['LAKEBASE_USER', user],
    ['LAKEBASE_DATABASE', database],
    ['LAKEBASE_PASSWORD', password],
  ]);
}

/**
 * For a program that may or may not use the database: where no target was named, one that cannot be had is told in a
 * line, and its variables are left out.
 */
export async function variablesOfDatabase(
  broker: LocalApiClient,
  err: Pick<Screen, 'write'>,
  name: DatabaseName,
): Promise<ReadonlyMap<string, string>> {
  try {
    return databaseVariables(await databaseDetails(broker, name));
  } catch (error) {
    if (name.target !== undefined || !(error instanceof KeytrayError)) throw error;
    err.write(`keytray: no variables for the database of ${name.account}: ${printable(error.message)}\n`);
    return new Map();
  }
}
