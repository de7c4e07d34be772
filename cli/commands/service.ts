import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { installService, removeService } from '../service-unit.ts';

export function addService(program: Command, cli: Cli): void {
  const service = program
    .command('service')
    .helpGroup('Keytray itself:')
    .description('an agent that starts with your session, as a systemd user unit');
  service
    .command('install')
    .description('write the unit, and start it now and at every login')
    .action(() => installService(cli));
  service
    .command('remove')
    .description('stop it, and take the unit away')
    .action(async () => {
      if ((await removeService(cli)) === 'not_there') cli.out.write('No service is installed.\n');
    });
}
