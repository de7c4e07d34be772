import { Command, CommanderError } from 'commander';
import { type Cli, drained, processCli } from './cli.ts';
import { addAccounts } from './commands/accounts.ts';
import { addAgent } from './commands/agent.ts';
import { addApiKeys } from './commands/api-keys.ts';
import { addCompletion } from './commands/completion.ts';
import { addDemo } from './commands/demo.ts';
import { addEnv } from './commands/env.ts';
import { addExec } from './commands/exec.ts';
import { addExport } from './commands/export.ts';
import { addHandOver } from './commands/hand-over.ts';
import { addHelper } from './commands/helper.ts';
import { addImport } from './commands/import.ts';
import { addLock } from './commands/lock.ts';
import { addLogin } from './commands/login.ts';
import { addLogout } from './commands/logout.ts';
import { addMigrate } from './commands/migrate.ts';
import { addPassphrase } from './commands/passphrase.ts';
import { addPermissions } from './commands/permissions.ts';
import { addPg } from './commands/pg.ts';
import { addProxy } from './commands/proxy.ts';
import { addScan } from './commands/scan.ts';
import { addService } from './commands/service.ts';
import { addServices } from './commands/services.ts';
import { addSetup } from './commands/setup.ts';
import { addRestart, addStart, addStop } from './commands/start.ts';
import { addStatus } from './commands/status.ts';
import { addTest } from './commands/test.ts';
import { addToken } from './commands/token.ts';
import { addUninstall } from './commands/uninstall.ts';
import { addUnlock } from './commands/unlock.ts';
import { describeFailure, formatFailure, usageFailure } from './failure.ts';
import { version } from './installation.ts';
import { notExecutableStatus, notFoundStatus } from './run-program.ts';

const examples = `
Examples:
  keytray accounts add github@work --client-id CLIENT_ID
  keytray login github@work
  keytray setup git
  keytray token github@work --format header | curl -H @- https://api.github.com/user
  keytray exec github@work -- terraform apply
`;

export function buildProgram(cli: Cli): Command {
  const program = new Command('keytray')
    .description('Sign in once per service; every local tool gets a fresh token.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain a command')
    .option('-v, --verbose', 'show the details of a failure')
    .addHelpCommand(
      new Command('help').argument('[command]').description('explain a command').helpGroup('Keytray itself:'),
    )
    // The longest command leaves its description less than the usual 40 columns.
    .configureHelp({ minWidthToWrap: 30 })
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => cli.out.write(text),
      writeErr: (text) => cli.err.write(text),
      // Reported once, in our own form, where the thrown error arrives.
      outputError: () => undefined,
      getOutHelpWidth: () => cli.out.columns,
      getErrHelpWidth: () => cli.err.columns,
      getOutHasColors: () => cli.out.colour,
      getErrHasColors: () => cli.err.colour,
    })
    .addHelpText('after', examples);
  for (const add of [addStatus, addLogin, addLogout, addToken, addExec, addEnv]) add(program, cli);
  for (const add of [addTest, addPermissions, addApiKeys, addProxy, addPg, addUnlock, addLock]) add(program, cli);
  for (const add of [addAccounts, addServices, addPassphrase, addSetup, addUninstall]) add(program, cli);
  for (const add of [addImport, addExport, addHandOver, addMigrate, addScan]) add(program, cli);
  for (const add of [addStart, addStop, addRestart, addService, addAgent]) add(program, cli);
  for (const add of [addHelper, addDemo, addCompletion]) add(program, cli);
  return program;
}

/** The words of the command that `argv` names, for "see keytray … --help". */
function namedCommand(program: Command, argv: readonly string[]): string {
  let command = program;
  const names = [program.name()];
  for (const word of argv) {
    const next = command.commands.find((candidate) => candidate.name() === word);
    if (next === undefined) break;
    names.push(word);
    command = next;
  }
  return names.join(' ');
}

/** What commander throws is either help that was asked for, or a usage error. */
function fromCommander(error: CommanderError, program: Command, argv: readonly string[]): unknown {
  if (error.exitCode === 0) return undefined;
  const named = namedCommand(program, argv);
  const hint = `See: ${named} --help`;
  if (error.code === 'commander.help') return usageFailure('no command given', hint);
  // Commander repeats what it was given; what is given in the wrong place may be a secret.
  if (error.code === 'commander.excessArguments') return usageFailure('too many arguments', hint);
  const message = error.message
    .replace(/^error: /, '')
    .replace(/^(unknown option '[^=']*)=.*'/s, "$1'")
    .replace(
      /^option '(--[\w-]+) .*?' argument '(.*)' is invalid\. Allowed choices are (.*)\.$/s,
      "$1 cannot be '$2'; choose one of: $3",
    )
    .replace(
      /^command-argument value '(.*)' is invalid for argument '(\w+)'\. Allowed choices are (.*)\.$/s,
      "'$1' is no $2; choose one of: $3",
    );
  return usageFailure(message, hint);
}

/** `exec` speaks for the program it runs: its own failures have a status of their own, as with env(1). */
function failureStatus(exit: number, argv: readonly string[]): number {
  const ofTheProgram = exit === notFoundStatus || exit === notExecutableStatus;
  return argv[0] === 'exec' && !ofTheProgram ? 125 : exit;
}

/** Runs one command line and resolves to its exit status; everything for people has been written by then. */
export async function run(cli: Cli, argv: readonly string[]): Promise<number | undefined> {
  const program = buildProgram(cli);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return undefined;
  } catch (thrown) {
    const error = thrown instanceof CommanderError ? fromCommander(thrown, program, argv) : thrown;
    if (error === undefined) return 0;
    const report = describeFailure(error);
    const verbose = program.opts().verbose === true || cli.env.KEYTRAY_DEBUG === '1';
    cli.err.write(formatFailure(report, error, verbose));
    return failureStatus(report.exit, argv);
  }
}

export async function main(argv: readonly string[]): Promise<void> {
  const { cli, status } = processCli();
  const failed = await run(cli, argv);
  await Promise.all([drained(process.stdout), drained(process.stderr)]);
  // Open connections and an unread standard input must not keep the process.
  process.exit(failed ?? status());
}
