import type { SecureContext } from 'node:tls';
import type { Client, DatabaseError } from 'pg';
import { KeytrayError, systemCodeOf } from '../errors.ts';
import { certificateAdvice } from '../failures/certificate-advice.ts';
import { explainFailure } from '../services/failure-table.ts';
import { lakebaseLoginFailures } from '../services/lakebase-failures.ts';
import { plainText } from '../untrusted/plain-text.ts';
import type { DatabaseLogin } from './database-logins.ts';

/** A row as PostgreSQL gives it: every value as text. */
export type DatabaseRow = readonly (string | null)[];
export type Query = (statement: string) => Promise<readonly DatabaseRow[]>;

/** Milliseconds. A database that sleeps takes some seconds to wake. */
const patience = 10_000;

/**
 * Logs in for real, does the work, and logs out. Throws `KeytrayError` with the cause in the words of the service's
 * table. The library is loaded here: few processes need it.
 */
export async function inDatabase<Result>(
  login: DatabaseLogin,
  authorities: SecureContext,
  work: (query: Query) => Promise<Result>,
): Promise<Result> {
  const { default: pg } = await import('pg');
  const { host, port, database, username, password, sslmode } = login;
  const client: Client = new pg.Client({
    host,
    port,
    database,
    user: username,
    // A function, or the library would look for one in the environment and in files of the person.
    password: () => password.reveal(),
    ssl: { secureContext: authorities, rejectUnauthorized: sslmode === 'verify-full' },
    connectionTimeoutMillis: patience,
    query_timeout: patience,
    application_name: 'keytray',
  });
  // What happens between two steps is the failure of the next one.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(async (text) => (await client.query<(string | null)[]>({ text, rowMode: 'array' })).rows);
  } catch (error) {
    throw error instanceof KeytrayError ? error : databaseFailure(error, login);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** What PostgreSQL, the front before it, or the way there meant. Pure. */
export function databaseFailure(error: unknown, { host, port }: Pick<DatabaseLogin, 'host' | 'port'>): KeytrayError {
  const words = error instanceof Error ? error.message : '';
  const known = explainFailure(lakebaseLoginFailures, { words });
  const sqlState = isFromServer(error) ? error.code : undefined;
  if (known !== undefined) {
    const advice = known.advice === undefined ? {} : { advice: known.advice };
    return new KeytrayError(known.code, known.cause, { ...advice, detail: sqlState });
  }
  if (sqlState !== undefined) {
    return new KeytrayError('temporarily_unavailable', `the database answers: ${plainText(words)}`, {
      detail: sqlState,
    });
  }
  const code = systemCodeOf(error);
  const certificate = certificateAdvice(code);
  if (certificate !== undefined) {
    const what = `the certificate of ${host} is not accepted`;
    return new KeytrayError('misconfigured', what, { detail: code, advice: certificate });
  }
  const what = code === 'ENOTFOUND' ? `the name ${host} leads nowhere` : `${host}:${port} cannot be reached`;
  return new KeytrayError('temporarily_unavailable', what, { detail: code });
}

const isFromServer = (error: unknown): error is DatabaseError =>
  error instanceof Error && 'severity' in error && 'code' in error && typeof error.code === 'string';
