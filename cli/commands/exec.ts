import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { type DatabaseName, readDatabaseName } from '../database-target.ts';
import { usageFailure } from '../failure.ts';
import { openLocalEndpoints } from '../local-endpoints.ts';
import { besideProxies } from '../local-listener.ts';
import { addPrefix, type Prefix, prefixesOf } from '../prefixes.ts';
import { runProgram } from '../run-program.ts';
import { fetchTokenVariables } from '../token-variables.ts';
import { testFailure } from './test.ts';

/** `ACCOUNT[/TARGET][,ACCOUNT[/TARGET]]`; an empty one is a slip of the finger. */
export function splitAccounts(list: string): readonly string[] {
  const accounts = list.split(',').map((account) => account.trim());
  if (accounts.includes(''))
    throw usageFailure(`not a list of accounts: ${list}`, 'Write: keytray exec ACCOUNT,ACCOUNT -- COMMAND');
  return accounts;
}

/** The separator belongs to us once; a second one is the program's own. */
const withoutSeparator = (words: readonly string[]): readonly string[] => (words[0] === '--' ? words.slice(1) : words);

interface ExecOptions {
  readonly prefix?: readonly Prefix[];
  readonly test?: true;
}

/** Throws with the cause where an account does not work: a job that would fail late fails at once. */
async function testBefore(cli: Cli, names: readonly DatabaseName[]): Promise<void> {
  const broker = await cli.broker();
  for (const { account, target } of names) {
    const view = await broker.test(account, target === undefined ? {} : { target });
    if (!view.ok) throw testFailure(account, view);
  }
}

export function addExec(program: Command, cli: Cli): void {
  program
    .command('exec')
    .helpGroup('Every day:')
    .description('run it with tokens in its environment')
    .usage('<account>[,<account>] -- <command> [arguments...]')
    .argument('<accounts>')
    .argument('<command...>')
    .option('--test', 'ask the service first whether it takes the credential, and run nothing where it does not')
    .option('--prefix <prefix>', 'goes before the names of variables; ACCOUNT=P of one', addPrefix)
    .passThroughOptions()
    .action(async (list: string, words: readonly string[], { prefix, test }: ExecOptions) => {
      const [file, ...args] = withoutSeparator(words);
      if (file === undefined) throw usageFailure('no command to run', 'Write: keytray exec ACCOUNT -- COMMAND');
      const names = splitAccounts(list).map(readDatabaseName);
      const accounts = names.map(({ account }) => account);
      const prefixes = prefixesOf(prefix, accounts);
      if (test === true) await testBefore(cli, names);
      const variables = await fetchTokenVariables(cli, names, { surface: 'exec', prefixes });
      const endpoints = await openLocalEndpoints(cli, accounts);
      const env = endpoints.size === 0 ? cli.env : besideProxies(cli.env);
      // What the configuration names goes before what the service's clients would read.
      cli.setStatus(
        await runProgram(file, args, { ...env, ...Object.fromEntries(endpoints), ...Object.fromEntries(variables) }),
      );
    });
}
