import type { Command } from 'commander';
import { become } from '../become.ts';
import type { Cli } from '../cli.ts';

export function addHelper(program: Command, cli: Cli): void {
  program
    .command('helper')
    .helpGroup('Keytray itself:')
    .description('answer a tool; tools call this')
    .argument('<protocol>', 'git, docker, kubernetes and others: see docs/helpers.md')
    .argument('<operation...>', 'what the tool asks: get, store, erase, ...')
    .passThroughOptions()
    .action((protocol: string, operation: readonly string[]) =>
      become('client', ['keytray', 'helper', protocol, ...operation], cli.env),
    );
}
