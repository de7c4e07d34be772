import type { Command } from 'commander';
import type { BrokerEvent, StatusView } from '../../core/wire/schemas.ts';
import { runningBroker } from '../background-agent.ts';
import type { Cli } from '../cli.ts';
import { CommandFailure, usageFailure } from '../failure.ts';
import { slowHelpersNote } from '../installation.ts';
import { elsewhere } from '../login-question.ts';
import { formatJson } from '../output/json.ts';
import { printable } from '../output/printable.ts';
import { formatShort, formatStatusTable } from '../output/status-table.ts';
import { applyEvent } from '../status-events.ts';

interface StatusOptions {
  readonly json?: true;
  readonly watch?: true;
  readonly short?: true;
}

/** Ends quietly with 3 where nothing runs: it is asked by prompts and bars, again and again. */
async function shortStatus(cli: Cli): Promise<void> {
  const running = await runningBroker(cli);
  if (running === undefined) cli.setStatus(3);
  cli.out.write(`${running === undefined ? 'not running' : formatShort(running)}\n`);
}

const clearScreen = '\u001b[H\u001b[2J';
/** Milliseconds between repaints: the times left move even when nothing happens. */
const repaintEvery = 30_000;

function showStatus(cli: Cli, status: StatusView): void {
  if (status.accounts.length === 0) cli.out.write('No accounts yet. Add one: keytray accounts add github\n');
  else {
    const { columns, colour } = cli.out;
    cli.out.write(formatStatusTable(status.accounts, { now: Date.now(), columns, colour }));
  }
  for (const { account, login } of status.accounts) {
    if (login?.confirm === undefined) continue;
    cli.err.write(
      `keytray: ${account}: ${elsewhere(login.confirm.who)}\n  Was it you? Answer: keytray login ${account}\n`,
    );
  }
  const note = status.encrypted_file?.note;
  if (note !== undefined) cli.err.write(`keytray: ${printable(note)}\n`);
  for (const warning of status.warnings ?? []) cli.err.write(`keytray: ${printable(warning)}\n`);
  if (status.config.error !== undefined) {
    cli.err.write(`keytray: the configuration has an error, the one before stays in use\n`);
    cli.err.write(`  ${printable(status.config.error)}\n`);
  }
}

async function showOne(cli: Cli, id: string, { json }: StatusOptions): Promise<void> {
  const view = await (await cli.broker()).account(id);
  const { columns, colour } = cli.out;
  cli.out.write(json ? formatJson(view) : formatStatusTable([view], { now: Date.now(), columns, colour }));
}

/** Shows every change until the broker ends or the person has seen enough. With `--json` one event per line. */
async function watchStatus(cli: Cli, json: boolean): Promise<never> {
  const broker = await cli.broker();
  let status: StatusView | undefined;
  const paint = (): void => {
    if (status === undefined) return;
    if (cli.out.isTerminal) cli.out.write(clearScreen);
    showStatus(cli, status);
  };
  const repaint = cli.out.isTerminal && !json ? setInterval(paint, repaintEvery) : undefined;
  try {
    for await (const event of broker.events(new AbortController().signal)) {
      if (json) cli.out.write(`${JSON.stringify(event)}\n`);
      else {
        const before: StatusView | undefined = status;
        status = applyEvent(before, event satisfies BrokerEvent);
        if (status !== before) paint();
      }
    }
  } finally {
    clearInterval(repaint);
  }
  throw new CommandFailure(3, 'Keytray has stopped', 'Start it again: keytray start');
}

export function addStatus(program: Command, cli: Cli): void {
  program
    .command('status')
    .helpGroup('Every day:')
    .description('who is signed in where, for how long')
    .argument('[account]', 'show this one only')
    .option('--json', 'print JSON')
    .option('--watch', 'keep showing changes')
    .option('--short', 'one line for a prompt or a bar')
    .action(async (account: string | undefined, options: StatusOptions) => {
      if (account !== undefined || options.short === true) {
        if (options.watch || (account !== undefined && options.short === true)) {
          throw usageFailure('--watch and --short are for all accounts', 'Leave one of them out.');
        }
        return account === undefined ? await shortStatus(cli) : await showOne(cli, account, options);
      }
      if (options.watch) await watchStatus(cli, options.json === true);
      const status = await (await cli.broker()).status();
      if (options.json) cli.out.write(formatJson(status));
      else {
        showStatus(cli, status);
        const slow = slowHelpersNote();
        if (slow !== undefined) cli.err.write(`keytray: ${slow}\n`);
      }
    });
}
