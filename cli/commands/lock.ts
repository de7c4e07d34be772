import type { Command } from 'commander';
import type { Cli } from '../cli.ts';

export function addLock(program: Command, cli: Cli): void {
  program
    .command('lock')
    .helpGroup('Every day:')
    .description('lock the encrypted file; its accounts wait until it is unlocked')
    .action(async () => {
      await (await cli.broker()).lockStore();
      cli.out.write('The encrypted file is locked.\n');
    });
}
