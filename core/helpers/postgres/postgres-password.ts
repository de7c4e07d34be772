import { isPersonalAccessToken } from '../../credentials/lakebase-password.ts';
import type { Secret } from '../../secret.ts';
import type { HelperCall } from '../../wire/helper-call.ts';
import { explainFailure, fetchToken, refuse } from '../generic/generic-answer.ts';
import type { HelperBroker, ServedAccount, ServedDatabase } from '../helper.ts';

export type FetchedPassword =
  | { readonly kind: 'password'; readonly password: string }
  /** The reason has been said. */
  | { readonly kind: 'none'; readonly status: number };

/** What logs in at `host`: the password of a database, else the token of an account that lists the host. */
export async function fetchPassword(
  call: HelperCall,
  broker: HelperBroker,
  account: ServedAccount,
  { database, host }: { readonly database: ServedDatabase | undefined; readonly host: string },
): Promise<FetchedPassword> {
  if (database !== undefined) return await fetchDatabasePassword(call, broker, database);
  const fetched = await fetchToken(call, broker, account, { host });
  if (fetched.kind === 'none') return fetched;
  if (!isPersonalAccessToken(fetched.token)) return { kind: 'password', password: fetched.token };
  const line = `${account.title}: refusing to send a personal access token as a database password; name the database under lakebase:`;
  return { kind: 'none', status: refuse(call, line) };
}

async function fetchDatabasePassword(
  call: HelperCall,
  broker: HelperBroker,
  { account, target }: ServedDatabase,
): Promise<FetchedPassword> {
  try {
    const password = lineOf(await broker.databasePassword(account.id, target));
    if (password !== undefined) return { kind: 'password', password };
    return { kind: 'none', status: refuse(call, `${account.title}: the password holds control characters`) };
  } catch (failure) {
    return { kind: 'none', status: explainFailure(call, failure, account) };
  }
}

/** Undefined where it would begin another line of a password file. */
function lineOf(password: Secret): string | undefined {
  const text = password.reveal();
  return /^[\x20-\x7e]+$/.test(text) ? text : undefined;
}
