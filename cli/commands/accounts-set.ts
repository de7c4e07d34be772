import type { Command } from 'commander';
import { parse } from 'yaml';
import type { Cli } from '../cli.ts';
import { usageFailure } from '../failure.ts';
import { printable } from '../output/printable.ts';

/** A word as it would be read in the file: `true`, `30`, `{ ca: /etc/ssl/lab.pem }`, or text. */
function readWord(word: string): unknown {
  try {
    return parse(word);
  } catch {
    return word;
  }
}

const isMisconfigured = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'misconfigured';

/** One word may be meant for a key that holds a list: the schema of the configuration knows. */
async function set(file: string, id: string, key: string, words: readonly string[]): Promise<void> {
  const { setAccountKey } = await import('../../core/config/edit-config.ts');
  const [first = '', ...others] = words;
  if (others.length > 0) return await setAccountKey(file, id, key, words.map(readWord));
  try {
    await setAccountKey(file, id, key, readWord(first));
  } catch (error) {
    if (!isMisconfigured(error)) throw error;
    await setAccountKey(file, id, key, [readWord(first)]).catch(() => {
      throw error;
    });
  }
}

export function addAccountsSet(accounts: Command, cli: Cli): void {
  accounts
    .command('set')
    .description('set a key of an account in the configuration, whose comments stay')
    .argument('<account>')
    .argument('<key>', 'as the file spells it, for example scopes')
    .argument('[values...]', 'several make a list; { KEY: VALUE } is read as in the file')
    .option('--remove', 'take the key out')
    .addHelpText('after', '\nExample:\n  keytray accounts set lab scopes openid offline_access\n')
    .action(async (id: string, key: string, values: readonly string[], { remove }: { readonly remove?: true }) => {
      if ((values.length === 0) !== (remove === true)) {
        throw usageFailure(
          remove === true ? '--remove takes no value' : `no value for ${key}`,
          'Write: keytray accounts set ACCOUNT KEY VALUE, or KEY --remove',
        );
      }
      const [{ configFile }, { setAccountKey }] = await Promise.all([
        import('../../core/config/paths.ts'),
        import('../../core/config/edit-config.ts'),
      ]);
      const file = configFile(cli.env);
      if (remove === true) await setAccountKey(file, id, key, undefined);
      else await set(file, id, key, values);
      cli.out.write(`${printable(`${remove === true ? 'Removed' : 'Set'} ${key} of ${id}.`)}\n`);
    });
}
