import { type Command, Option } from 'commander';
import { type UrlFormat, urlFormats } from '../../core/services/database-formats.ts';
import type { Cli } from '../cli.ts';
import { readDatabaseName } from '../database-target.ts';
import { addPgProxy } from './pg-proxy.ts';

const databaseHelp = 'ACCOUNT, or ACCOUNT/TARGET where it has several';

export function addPg(program: Command, cli: Cli): void {
  const pg = program.command('pg').helpGroup('Every day:').description('databases of an account');
  addPgUrl(pg, cli);
  addPgEnv(pg, cli);
  addPgPsql(pg, cli);
  addPgProxy(pg, cli);
}

function addPgUrl(pg: Command, cli: Cli): void {
  pg.command('url')
    .description('print where it is, without a password')
    .argument('<database>', databaseHelp)
    .addOption(new Option('--format <format>', 'for which client').choices([...urlFormats]).default('uri'))
    .action(async (database: string, { format }: { readonly format: UrlFormat }) => {
      const [{ databaseDetails }, { formatDatabase }] = await Promise.all([
        import('../database-target.ts'),
        import('../../core/services/database-formats.ts'),
      ]);
      const details = await databaseDetails(await cli.broker(), readDatabaseName(database));
      cli.out.write(`${formatDatabase(format, details, database)}\n`);
    });
}

function addPgEnv(pg: Command, cli: Cli): void {
  pg.command('env')
    .description('print export lines for a shell, with the password')
    .argument('<database>', databaseHelp)
    .addHelpText('after', '\nExample:\n  eval "$(keytray pg env databricks@work/shop)"\n')
    .action(async (database: string) => {
      const [{ databaseDetails }, { databaseVariables }, { exportLine }] = await Promise.all([
        import('../database-target.ts'),
        import('../database-variables.ts'),
        import('../account-environment.ts'),
      ]);
      const details = await databaseDetails(await cli.broker(), readDatabaseName(database));
      for (const [name, value] of databaseVariables(details)) cli.out.write(exportLine(name, value));
    });
}

function addPgPsql(pg: Command, cli: Cli): void {
  pg.command('psql')
    .description('open it with psql')
    .usage('<database> [-- <arguments of psql>]')
    .argument('<database>', databaseHelp)
    .argument('[arguments...]')
    .passThroughOptions()
    .action(async (database: string, words: readonly string[]) => {
      const [{ databaseDetails }, { connectionVariables }, { launcher }, { runProgram }] = await Promise.all([
        import('../database-target.ts'),
        import('../../core/services/database-formats.ts'),
        import('../installation.ts'),
        import('../run-program.ts'),
      ]);
      const details = await databaseDetails(await cli.broker(), readDatabaseName(database));
      const args = words[0] === '--' ? words.slice(1) : words;
      // It gives psql the password in a file without a name, so that no environment has it.
      const env = { ...withoutConnection(cli.env), ...Object.fromEntries(connectionVariables(details)) };
      cli.setStatus(await runProgram(launcher('psql-keytray'), args, env));
    });
}

/** What the shell says about another connection. */
function withoutConnection(env: Cli['env']): Cli['env'] {
  const other = ['PGHOSTADDR', 'PGSERVICE', 'PGSERVICEFILE', 'PGPASSWORD', 'PGPASSFILE', 'PGSSLROOTCERT'];
  return Object.fromEntries(Object.entries(env).filter(([name]) => !other.includes(name)));
}
