import { KeytrayError } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { fieldProblem } from '../services/fields.ts';
import { databasePasswordField, takesOwnPassword } from '../services/lakebase.ts';
import type { SecretHolder } from './client-secret.ts';
import { withGiven } from './kept-secrets.ts';

/**
 * Keeps the password of a database beside what an account has, until the sign-out, for the workspace named now. Throws `invalid_request` where the account lists no
 * database that takes one, or where this cannot be one, and where the store refuses.
 */
export async function setDatabasePassword(holder: SecretHolder, password: Secret): Promise<void> {
  const { id: account, lakebase } = holder.settings;
  if (!takesOwnPassword(lakebase)) {
    throw new KeytrayError('invalid_request', `no database of ${account} takes a password of its own`, {
      account,
      advice: 'Write password: native under lakebase: of the account.',
    });
  }
  const problem = fieldProblem(databasePasswordField, password.reveal());
  if (problem !== undefined) throw new KeytrayError('invalid_request', problem, { account });
  await holder.keep((before) => withGiven(before, databasePasswordField.name, password, holder.settings));
}
