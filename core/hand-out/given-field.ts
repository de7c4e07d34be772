import type { Account } from '../accounts/account.ts';
import { givenOf } from '../accounts/given-key.ts';
import { KeytrayError } from '../errors.ts';
import type { Secret } from '../secret.ts';

/**
 * One of several values that a person gave for an account; undefined where none is asked for. Throws `invalid_request`
 * where there is no such field.
 */
export function fieldOf(account: Account, field: string | undefined): Secret | undefined {
  if (field === undefined) return undefined;
  const { id, settings } = account;
  const value = givenOf(account)?.[field];
  if (value !== undefined && settings.fields.some(({ name }) => name === field)) return value;
  const names = settings.fields.map(({ name }) => name).join(', ');
  throw new KeytrayError('invalid_request', `${id} has no field of this name${names && `; it has ${names}`}`, {
    account: id,
  });
}
