import { type Command, Option } from 'commander';
import type { Cli } from '../cli.ts';
import { CommandFailure } from '../failure.ts';

const browsers = ['auto', 'chromium', 'system', 'built-in'] as const;

export function addDemo(program: Command, cli: Cli): void {
  program
    .command('demo')
    .helpGroup('Keytray itself:')
    .description('see it all work, on servers of its own')
    .addOption(new Option('--browser <browser>', 'who signs in').choices(browsers).default('auto'))
    .action(async (options: { readonly browser: (typeof browsers)[number] }) => {
      const { runDemo } = await import('../../demo/demo.ts').catch((error: unknown) => {
        // Packages leave its authorization server out.
        if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') {
          throw new CommandFailure(1, 'the demo is not part of this package', 'Run it in a checkout: npm run demo');
        }
        throw error;
      });
      cli.setStatus(await runDemo({ browser: options.browser }));
    });
}
