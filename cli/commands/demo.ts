import { pathToFileURL } from 'node:url';
import { type Command, Option } from 'commander';
import type { Cli } from '../cli.ts';
import { CommandFailure } from '../failure.ts';
import { programFile } from '../installation.ts';

const browsers = ['auto', 'chromium', 'system', 'built-in'] as const;

/** What `demo/demo.ts` exports. It brings servers of its own and is in no package, so that nothing here imports it. */
interface Demo {
  readonly runDemo: (options: {
    readonly browser: (typeof browsers)[number];
  }) => Promise<
    { readonly kind: 'ended'; readonly status: number } | { readonly kind: 'impossible'; readonly why: string }
  >;
}

export function addDemo(program: Command, cli: Cli): void {
  program
    .command('demo')
    .helpGroup('Keytray itself:')
    .description('see it all work, on servers of its own')
    .addOption(new Option('--browser <browser>', 'who signs in').choices(browsers).default('auto'))
    .action(async (options: { readonly browser: (typeof browsers)[number] }) => {
      const file = programFile('demo');
      if (file === undefined) {
        throw new CommandFailure(2, 'the demo is in a checkout of the project only', 'Run it there: npm run demo');
      }
      const { runDemo }: Demo = await import(/* @vite-ignore */ pathToFileURL(file).href);
      const outcome = await runDemo({ browser: options.browser });
      if (outcome.kind === 'impossible') throw new CommandFailure(2, outcome.why, 'Choose another with --browser.');
      cli.setStatus(outcome.status);
    });
}
