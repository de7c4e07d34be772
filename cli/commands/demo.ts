import { type Command, Option } from 'commander';
import type { Cli } from '../cli.ts';

const browsers = ['auto', 'chromium', 'system', 'built-in'] as const;

export function addDemo(program: Command, cli: Cli): void {
  program
    .command('demo')
    .helpGroup('Keytray itself:')
    .description('see it all work, on servers of its own')
    .addOption(new Option('--browser <browser>', 'who signs in').choices(browsers).default('auto'))
    .action(async (options: { readonly browser: (typeof browsers)[number] }) => {
      const { runDemo } = await import('../demo/demo.ts');
      cli.setStatus(await runDemo({ browser: options.browser }));
    });
}
