import type { Command } from 'commander';
import { runningBroker, startAgent, stopBroker } from '../background-agent.ts';
import type { Cli } from '../cli.ts';
import { CommandFailure } from '../failure.ts';

/** A tray app is started by the desktop, with its menu and window. */
function refuseDesktop(kind: 'agent' | 'desktop'): void {
  if (kind === 'desktop')
    throw new CommandFailure(2, 'the tray app is running', 'Quit it from its menu, and start it again there.');
}

export function addStart(program: Command, cli: Cli): void {
  program
    .command('start')
    .helpGroup('Keytray itself:')
    .description('start the agent in the background')
    .action(async () => {
      const before = await runningBroker(cli);
      const { pid } = before ?? (await startAgent(cli));
      cli.out.write(before === undefined ? `Started (process ${pid}).\n` : `Already running (process ${pid}).\n`);
    });
}

export function addStop(program: Command, cli: Cli): void {
  program
    .command('stop')
    .helpGroup('Keytray itself:')
    .description('end Keytray once its work is done')
    .action(async () => {
      const running = await runningBroker(cli);
      if (running === undefined) {
        cli.out.write('Keytray is not running.\n');
        return;
      }
      await stopBroker(cli, running);
      cli.out.write('Stopped.\n');
    });
}

export function addRestart(program: Command, cli: Cli): void {
  program
    .command('restart')
    .helpGroup('Keytray itself:')
    .description('end the agent and start it again')
    .action(async () => {
      const running = await runningBroker(cli);
      if (running !== undefined) {
        refuseDesktop(running.kind);
        await stopBroker(cli, running);
      }
      const { pid } = await startAgent(cli);
      cli.out.write(`Started (process ${pid}).\n`);
    });
}
