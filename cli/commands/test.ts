import type { Command } from 'commander';
import { type FailureCode, failures } from '../../core/errors.ts';
import type { TestView } from '../../core/wire/check-schemas.ts';
import type { Cli } from '../cli.ts';
import { readDatabaseName } from '../database-target.ts';
import { CommandFailure } from '../failure.ts';
import { formatDuration } from '../output/duration.ts';
import { formatJson } from '../output/json.ts';
import { printable } from '../output/printable.ts';

/** One line: who, how long it took, length and time left of the credential; never the credential. */
function formatTest(account: string, view: TestView): string {
  const { who, checked, duration_ms, token_length, expires_in, scope } = view;
  const parts = [
    checked === false ? 'a credential is there; this service has no check' : `works${who ? ` as ${who}` : ''}`,
    `${duration_ms} ms`,
    ...(token_length === undefined ? [] : [`${token_length} characters`]),
    ...(scope === undefined ? [] : [`for ${scope}`]),
    ...(expires_in === undefined ? [] : [expires_in === null ? 'no known end' : `${formatDuration(expires_in)} left`]),
  ];
  return printable(`${account}: ${parts.join(', ')}`);
}

/** A line for the database: as whom, where, and how its password came to be. */
function formatDatabase(account: string, { database }: TestView): string {
  if (database === undefined) return '';
  const { target, user, dbname, host, sslmode, password, password_length, native_login, duration_ms } = database;
  const parts = [
    `logged in as ${user} to ${dbname} at ${host}`,
    `sslmode ${sslmode}${sslmode === 'require' ? ' (which verifies nothing)' : ''}`,
    `${password} password of ${password_length} characters`,
    ...(native_login === undefined ? [] : [`passwords of its own are ${native_login ? 'on' : 'off'}`]),
    `${duration_ms} ms`,
  ];
  return `${printable(`${account}/${target}: ${parts.join(', ')}`)}\n`;
}

/** What a test found, with the status that belongs to the cause. */
export function testFailure(account: string, { error, cause, fix }: TestView): CommandFailure {
  const known = Object.hasOwn(failures, error ?? '') ? (error as FailureCode) : 'internal_error';
  const what = `${account} does not work: ${cause ?? 'the cause is not known'}`;
  return new CommandFailure(failures[known].exit, what, fix ?? 'See: keytray status');
}

/** Prints what was found. Throws where the account does not work, with the status that belongs to the cause. */
export function reportTest(cli: Cli, account: string, view: TestView, { json = false } = {}): void {
  if (json) cli.out.write(formatJson(view));
  else if (view.ok) cli.out.write(`${formatTest(account, view)}\n${formatDatabase(account, view)}`);
  if (!view.ok) throw testFailure(account, view);
}

export function addTest(program: Command, cli: Cli): void {
  program
    .command('test')
    .helpGroup('Every day:')
    .description('ask the service whether it takes the credential of an account')
    .argument('<account>', 'ACCOUNT, or ACCOUNT/DATABASE to log in there too')
    .option('--json', 'print JSON')
    .action(async (name: string, { json }: { readonly json?: true }) => {
      const { account, target } = readDatabaseName(name);
      const view = await (await cli.broker()).test(account, target === undefined ? {} : { target });
      reportTest(cli, account, view, { json: json === true });
    });
}
