import { Argument, type Command } from 'commander';
import type { Cli } from '../cli.ts';
import { shells } from '../completion/shells.ts';

export function addCompletion(program: Command, cli: Cli): void {
  program
    .command('completion')
    .helpGroup('Keytray itself:')
    .description('print a script for your shell')
    .addArgument(new Argument('<shell>').choices(Object.keys(shells)))
    .action(async (shell: keyof typeof shells) => {
      const { commandTree } = await import('../completion/command-tree.ts');
      cli.out.write(shells[shell](commandTree(program)));
    });
}
