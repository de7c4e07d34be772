import type { AccountsFile } from '../broker/api-keys/key-account.ts';
import type { ConfigFeed } from '../config/config-feed.ts';
import { addAccount, removeAccount } from '../config/edit-config.ts';
import { KeytrayError, systemCodeOf } from '../errors.ts';

/** The configuration this broker runs by, edited as a person would: comments stay. */
export function accountsFileOf({ sources, reload }: ConfigFeed): AccountsFile {
  const { file, ...options } = sources;
  const edit = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (error instanceof KeytrayError) throw error;
      throw new KeytrayError('misconfigured', `${file} cannot be written`, {
        detail: systemCodeOf(error),
        advice: 'Give yourself the right to write to it and its folder.',
        cause: error,
      });
    }
    await reload();
  };
  return {
    add: (id, fields) => edit(() => addAccount(file, id, fields, options)),
    remove: (id) => edit(() => removeAccount(file, id, options)),
  };
}
