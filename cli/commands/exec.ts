import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { readDatabaseName } from '../database-target.ts';
import { usageFailure } from '../failure.ts';
import { openLocalEndpoints } from '../local-endpoints.ts';
import { besideProxies } from '../local-listener.ts';
import { addPrefix, type Prefix, prefixesOf } from '../prefixes.ts';
import { runProgram } from '../run-program.ts';
import { fetchTokenVariables } from '../token-variables.ts';

/** `ACCOUNT[/TARGET][,ACCOUNT[/TARGET]]`; an empty one is a slip of the finger. */
export function splitAccounts(list: string): readonly string[] {
  const accounts = list.split(',').map((account) => account.trim());
  if (accounts.includes(''))
    throw usageFailure(`not a list of accounts: ${list}`, 'Write: keytray exec ACCOUNT,ACCOUNT -- COMMAND');
  return accounts;
}

/** The separator belongs to us once; a second one is the program's own. */
const withoutSeparator = (words: readonly string[]): readonly string[] => (words[0] === '--' ? words.slice(1) : words);

export function addExec(program: Command, cli: Cli): void {
  program
    .command('exec')
    .helpGroup('Every day:')
    .description('run it with tokens in its environment')
    .usage('<account>[,<account>] -- <command> [arguments...]')
    .argument('<accounts>')
    .argument('<command...>')
    .option('--prefix <prefix>', 'goes before the names of variables; ACCOUNT=P of one', addPrefix)
    .passThroughOptions()
    .action(async (list: string, words: readonly string[], { prefix }: { readonly prefix?: readonly Prefix[] }) => {
      const [file, ...args] = withoutSeparator(words);
      if (file === undefined) throw usageFailure('no command to run', 'Write: keytray exec ACCOUNT -- COMMAND');
      const names = splitAccounts(list).map(readDatabaseName);
      const accounts = names.map(({ account }) => account);
      const prefixes = prefixesOf(prefix, accounts);
      const variables = await fetchTokenVariables(cli, names, { surface: 'exec', prefixes });
      const endpoints = await openLocalEndpoints(cli, accounts);
      const env = endpoints.size === 0 ? cli.env : besideProxies(cli.env);
      // What the configuration names goes before what the service's clients would read.
      cli.setStatus(
        await runProgram(file, args, { ...env, ...Object.fromEntries(endpoints), ...Object.fromEntries(variables) }),
      );
    });
}
