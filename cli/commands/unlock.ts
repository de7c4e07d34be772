import type { Command } from 'commander';
import { KeytrayError } from '../../core/errors.ts';
import { Secret } from '../../core/secret.ts';
import type { Cli } from '../cli.ts';
import { CommandFailure, usageFailure } from '../failure.ts';
import { readSecret } from '../input.ts';

/** As long as the local API takes. */
const longest = 1024;

/** Typed without echo, or the line that is piped in; never an argument, which others could see. */
export async function readPassphrase(cli: Cli, question: string): Promise<Secret> {
  return checkPassphrase(await readSecret(cli, question, longest));
}

export function checkPassphrase(text: string): Secret {
  if (text === '' || text.length > longest || /[\r\n\0]/.test(text)) {
    throw usageFailure(
      'no passphrase was given',
      `Type one, or pipe in one line of at most ${longest} characters: keytray unlock < FILE`,
    );
  }
  return new Secret(text);
}

/** Asks twice where somebody types: a slip could never be found out. */
export async function choosePassphrase(cli: Cli, question: string): Promise<Secret> {
  const chosen = await readPassphrase(cli, question);
  if (!isTyped(cli)) return chosen;
  const again = await readPassphrase(cli, 'The same again (not shown): ');
  if (!chosen.equals(again)) throw usageFailure('the two passphrases differ', 'Nothing was changed; try again.');
  return chosen;
}

export const isTyped = (cli: Cli): boolean => 'isTTY' in cli.stdin && cli.stdin.isTTY === true;

/** A wrong passphrase is nothing that other rights would cure. */
export async function sayingWrong<T>(command: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof KeytrayError) || error.code !== 'access_denied') throw error;
    if (!error.message.includes('passphrase')) throw error;
    throw new CommandFailure(5, error.message, `Try again: ${command}`, { cause: error });
  }
}

export function addUnlock(program: Command, cli: Cli): void {
  program
    .command('unlock')
    .helpGroup('Every day:')
    .description('end a lock; unlock the encrypted file, and the first time choose its passphrase')
    .action(async () => {
      const broker = await cli.broker();
      const { encrypted_file: file, accounts, hand_outs: handOuts } = await broker.status();
      if (handOuts?.state === 'locked') {
        const needed = file?.present === true && file.state === 'locked';
        const question = 'Passphrase of the encrypted file (not shown): ';
        await sayingWrong('keytray unlock', broker.unlock(needed ? await readPassphrase(cli, question) : undefined));
        cli.out.write('Unlocked: tools get tokens again.\n');
        return;
      }
      const create = file?.present === false;
      if (create && accounts.length > 0 && !accounts.some(({ store }) => store === 'encrypted-file')) {
        throw usageFailure(
          'no account keeps its sign-in in the encrypted file',
          'Set store: encrypted-file for an account first; a keychain is unlocked in your desktop.',
        );
      }
      const passphrase = create
        ? await choosePassphrase(cli, 'Choose a passphrase for the encrypted file (not shown): ')
        : await readPassphrase(cli, 'Passphrase of the encrypted file (not shown): ');
      await sayingWrong('keytray unlock', broker.unlockStore(passphrase, { create }));
      cli.out.write(create ? 'Made the encrypted file; it is unlocked.\n' : 'The encrypted file is unlocked.\n');
    });
}
