import type { Command } from 'commander';
import type { Cli } from '../cli.ts';

export function addLock(program: Command, cli: Cli): void {
  program
    .command('lock')
    .helpGroup('Every day:')
    .description('give no tool a token until you unlock; the encrypted file is locked too')
    .action(async () => {
      await (await cli.broker()).lock();
      cli.out.write('Locked: no tool gets a token until you run keytray unlock.\n');
    });
}
