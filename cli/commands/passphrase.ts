import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { usageFailure } from '../failure.ts';
import { readAll } from '../input.ts';
import { checkPassphrase, choosePassphrase, isTyped, readPassphrase, sayingWrong } from './unlock.ts';

/** Two lines of the longest passphrase. */
const longestInput = 2_100;

async function readBoth(cli: Cli) {
  if (isTyped(cli)) {
    const old = await readPassphrase(cli, 'Passphrase of the encrypted file (not shown): ');
    return { old, next: await choosePassphrase(cli, 'New passphrase (not shown): ') };
  }
  const [old = '', next = '', ...more] = (await readAll(cli, longestInput)).replace(/\r?\n$/, '').split(/\r?\n/);
  if (more.length > 0) throw usageFailure('too many lines', 'Pipe in two: the old passphrase, then the new one.');
  return { old: checkPassphrase(old), next: checkPassphrase(next) };
}

export function addPassphrase(program: Command, cli: Cli): void {
  program
    .command('passphrase')
    .helpGroup('Set up:')
    .description('change the passphrase of the encrypted file')
    .action(async () => {
      const broker = await cli.broker();
      const { old, next } = await readBoth(cli);
      await sayingWrong('keytray passphrase', broker.changePassphrase(old, next));
      cli.out.write('The passphrase is changed.\n');
    });
}
