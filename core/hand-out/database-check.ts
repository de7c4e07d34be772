import type { SecureContext } from 'node:tls';
import type { Clock } from '../ports.ts';
import { plainText } from '../untrusted/plain-text.ts';
import type { DatabaseLogin } from './database-logins.ts';
import { inDatabase } from './database-session.ts';

export interface TestedDatabase {
  /** As the server names them. */
  readonly user: string;
  readonly database: string;
  readonly milliseconds: number;
  readonly passwordLength: number;
  /** Whether passwords of PostgreSQL itself are taken; undefined where the service does not tell. */
  readonly nativeLogin: boolean | undefined;
}

/** A real login and `select 1`. Throws `KeytrayError` with the cause. */
export async function testDatabase(
  login: DatabaseLogin,
  authorities: SecureContext,
  clock: Pick<Clock, 'monotonic'>,
): Promise<TestedDatabase> {
  const begun = clock.monotonic();
  return await inDatabase(login, authorities, async (query) => {
    await query('select 1');
    const [[user, database] = []] = await query('select current_user, current_database()');
    return {
      user: plainText(user ?? ''),
      database: plainText(database ?? ''),
      milliseconds: Math.round(clock.monotonic() - begun),
      passwordLength: login.password.reveal().length,
      nativeLogin: login.nativeLogin,
    };
  });
}
