import type { ApiKeyProvider } from '../../credentials/api-keys/provider.ts';
import { KeytrayError, retold } from '../../errors.ts';

/** Does the work; its failures name the account. */
export async function about<T>(account: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof KeytrayError)) throw error;
    const unknown = error.code === 'not_found' && error.advice === undefined;
    throw retold(error, { account, ...(unknown && { advice: 'List the keys of the account.' }) });
  }
}

export const noSuchKey = (account: string, title: string): KeytrayError =>
  new KeytrayError('not_found', `${title} lists no such key`, {
    account,
    advice: 'List the keys of the account. Only administrators see the keys of other users.',
  });

/** The key may be there, and its secret is in no answer. */
export const perhapsMade = (error: KeytrayError, account: string, name: string): KeytrayError =>
  retold(error, {
    account,
    message: `${error.message}; a key named ${JSON.stringify(name)} may have been created`,
    advice: 'List the keys of the account; if it is there, revoke it, because its secret is lost. Then try again.',
  });

/** Revokes a new key that could not be kept. Never throws: false where it is still there. */
export async function revokedAgain(provider: ApiKeyProvider, id: string): Promise<boolean> {
  try {
    await provider.revoke({ id, owner: 'own' });
    return true;
  } catch (error) {
    return error instanceof KeytrayError && error.code === 'not_found';
  }
}

/** What was made is of no use: told with what became of it. */
export function notKept(error: KeytrayError, account: string, key: string, revoked: boolean): KeytrayError {
  const why = error.message.replace(/; nothing was stored$/, '');
  if (revoked)
    return retold(error, { account, message: `${why}; nothing was stored, and the new key was revoked again` });
  return retold(error, {
    account,
    message: `${why}; nothing was stored, and the new key ${JSON.stringify(key)} could not be revoked`,
    advice: `Revoke the key ${JSON.stringify(key)} of the account.`,
  });
}
