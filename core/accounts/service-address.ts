import { KeytrayError } from '../errors.ts';
import type { AccountSettings } from '../services/service.ts';
import type { Account } from './account.ts';
import type { Move } from './origins.ts';
import { isGiven } from './renewal.ts';
import { type ServerDirectory, serverFailure } from './server-directory.ts';
import type { TokenRecord } from './token-record.ts';

/**
 * Where the service takes the credential of an account, as its catalog says; undefined where the account itself does.
 * A session goes on at the registry that began it. Throws `KeytrayError`, also where a key was given for another one.
 */
export async function serviceOf(
  account: Account,
  servers: Pick<ServerDirectory, 'of' | 'boundTo'>,
): Promise<URL | undefined> {
  const { record, settings } = account;
  if (settings.catalog === undefined) return undefined;
  try {
    if (record === undefined) return (await servers.of(account)).service;
    const { service } = await servers.boundTo(account, record);
    const { move } = account.remarks;
    if (move !== undefined && isGiven(record.grant)) throw givenElsewhere(account, move);
    if (service !== undefined && record.endpoints?.service === undefined) await bind(account, record, service);
    return service;
  } catch (error) {
    throw serverFailure(error, account);
  }
}

/** The same for a sign-in: as the catalog says now, whatever it said before. Throws `KeytrayError`. */
export async function serviceNow(
  account: Account,
  servers: Pick<ServerDirectory, 'of' | 'forget'>,
): Promise<URL | undefined> {
  if (account.settings.catalog === undefined) return undefined;
  servers.forget(account.id);
  try {
    return (await servers.of(account)).service;
  } catch (error) {
    throw serverFailure(error, account);
  }
}

/** Of the registry that the credential in force is of, and of no other that the catalog may name by now. */
export function serviceUrlOf({
  record,
  settings,
}: {
  readonly record: TokenRecord | undefined;
  readonly settings: Pick<AccountSettings, 'catalog'>;
}): string | undefined {
  return settings.catalog === undefined ? undefined : record?.endpoints?.service?.replace(/\/+$/, '');
}

/** What was kept without asking anybody is bound to the first registry it is sent to. */
async function bind(account: Account, record: TokenRecord, { href }: URL): Promise<void> {
  const endpoints = { ...record.endpoints, service: href };
  await account.commit((generation) => ({ ...record, endpoints, generation }), record.generation);
}

/** Nothing renews it, so that it is of no use at the other registry until a person says so. */
function givenElsewhere(account: Account, { from, to }: Move): KeytrayError {
  const { title } = account.settings;
  const why = `what was entered for ${title} was for ${from}, and the catalog now names ${to}`;
  account.reconsider(() => ({ kind: 'elsewhere', why }));
  return new KeytrayError('misconfigured', why, { account: account.id, fix: 'renew_sign_in' });
}
