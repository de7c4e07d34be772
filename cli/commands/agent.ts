import type { Command } from 'commander';
import { become } from '../become.ts';

export function addAgent(program: Command): void {
  program
    .command('agent')
    .helpGroup('Keytray itself:')
    .description('run Keytray without a desktop')
    .action(() => become('agent', []));
}
