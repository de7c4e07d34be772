import { type Command, Option } from 'commander';
import { become } from '../become.ts';
import type { Cli } from '../cli.ts';
import { loadConfig } from '../configuration.ts';
import { usageFailure } from '../failure.ts';

interface AgentOptions {
  readonly passphraseFd?: string;
  readonly ifAutostart?: true;
}

/** What a helper that finds no broker reads of the end. */
const notWanted = 3;

export function addAgent(program: Command, cli: Cli): void {
  program
    .command('agent')
    .helpGroup('Keytray itself:')
    .description('run Keytray without a desktop')
    .option('--passphrase-fd <n>', 'read the passphrase of the encrypted file there')
    .addOption(new Option('--if-autostart', 'only where the configuration has `autostart`').hideHelp())
    .action(async ({ passphraseFd, ifAutostart }: AgentOptions) => {
      if (ifAutostart === true && !(await loadConfig(cli.env)).agent.autostart) {
        cli.setStatus(notWanted);
        return;
      }
      if (passphraseFd === undefined) become('agent', [], cli.env);
      if (!/^(0|[3-9]|[1-9]\d{1,4})$/.test(passphraseFd)) {
        throw usageFailure('--passphrase-fd takes the number of an open descriptor', '0, or 3 and above.');
      }
      // An open one had the launcher start the agent itself.
      throw usageFailure(
        `there is no open descriptor ${passphraseFd}`,
        'For example: keytray agent --passphrase-fd 3 3< FILE',
      );
    });
}
