import type { Command } from 'commander';
import { become } from '../become.ts';
import { usageFailure } from '../failure.ts';

interface AgentOptions {
  readonly passphraseFd?: string;
}

export function addAgent(program: Command): void {
  program
    .command('agent')
    .helpGroup('Keytray itself:')
    .description('run Keytray without a desktop')
    .option('--passphrase-fd <n>', 'read the passphrase of the encrypted file there')
    .action(({ passphraseFd }: AgentOptions) => {
      if (passphraseFd === undefined) become('agent', []);
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
