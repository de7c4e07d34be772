import { type Command, Option } from 'commander';
import { accountVariables } from '../account-environment.ts';
import type { Cli } from '../cli.ts';
import { configSources, loadConfig, resolveConfigured } from '../configuration.ts';
import { enterFields } from '../login-fields.ts';
import { loginOutcome } from '../login-outcome.ts';
import { type Destination, destinations, type Migration, planMigration } from '../migrate/plan.ts';
import { printable } from '../output/printable.ts';

interface MigrateOptions {
  readonly to: Destination;
  readonly clientId?: string;
}

/** One step of the checklist, as it stands. */
const line = (done: boolean, text: string): string => `[${done ? 'x' : ' '}] ${printable(text)}\n`;

async function planned(cli: Cli, id: string, { to, clientId }: MigrateOptions): Promise<Migration> {
  const config = await loadConfig(cli.env);
  const { service: name } = await resolveConfigured(config, id);
  const { services } = await import('../../core/services/registry.ts');
  const [service, from] = [services.get(name), config.accounts.get(id)];
  if (service === undefined || from === undefined) throw new TypeError(`${id} was resolved without a service`);
  return planMigration(from, service, to, { taken: new Set(config.accounts.keys()), clientId });
}

/** Enters the secret, which is tried; without it no account is left behind. */
async function enter(cli: Cli, { id, fields }: Migration): Promise<void> {
  const { file, ...sources } = await configSources(cli.env);
  const { addAccount, removeAccount } = await import('../../core/config/edit-config.ts');
  const broker = await cli.broker();
  await broker.status();
  await addAccount(file, id, fields, sources);
  try {
    const login = await enterFields(cli, broker, await broker.startLogin(id, { user_agent: 'browser' }), {});
    const outcome = loginOutcome(login, login.account);
    if (outcome.kind === 'failed') throw outcome.failure;
  } catch (error) {
    await removeAccount(file, id, sources);
    throw error;
  }
}

/** What programs find in their environment: names that go and names that come. */
async function variableLines(cli: Cli, from: string, to: string): Promise<readonly string[]> {
  const config = await loadConfig(cli.env);
  const names = async (id: string) => [...accountVariables(await resolveConfigured(config, id), 'env').keys()];
  const [before, after] = [await names(from), await names(to)];
  return [
    ...before.filter((name) => !after.includes(name)).map((name) => `    - ${name}\n`),
    ...after.filter((name) => !before.includes(name)).map((name) => `    + ${name}\n`),
  ];
}

/** A service without a check has said at the sign-in what there is to say. */
async function test(cli: Cli, id: string): Promise<void> {
  const { ok, who, error, cause } = await (await cli.broker()).test(id);
  const by = who === undefined ? '' : ` (${who})`;
  cli.out.write(
    line(ok, ok ? `tested${by}` : `not tested: ${cause ?? error ?? 'no answer'}; later: keytray test ${id}`),
  );
}

async function migrate(cli: Cli, from: string, options: MigrateOptions): Promise<void> {
  const plan = await planned(cli, from, options);
  const { id } = plan;
  cli.out.write(line(true, `${from} stays as it is until nothing uses it any more`));
  await enter(cli, plan);
  cli.out.write(line(true, `${id} is added, and what it needs is tried and kept`));
  await test(cli, id);
  const variables = await variableLines(cli, from, id);
  cli.out.write(line(false, `programs take it from: keytray exec ${id} -- COMMAND`));
  if (variables.length > 0) cli.out.write(`    Their variables change:\n${variables.join('')}`);
  cli.out.write(line(false, 'files and CI that hold the old one: keytray scan PATH, keytray hand-over'));
  cli.out.write(line(false, `then end the old one: keytray accounts remove ${from}`));
}

export function addMigrate(program: Command, cli: Cli): void {
  program
    .command('migrate')
    .helpGroup('Set up:')
    .description('put another kind of credential beside that of an account, step by step')
    .argument('<account>')
    .addOption(
      new Option('--to <kind>', 'a key of its own, or a client that asks for tokens')
        .choices(destinations)
        .makeOptionMandatory(),
    )
    .option('--client-id <id>', 'oauth: the registered client')
    .action((account: string, options: MigrateOptions) => migrate(cli, account, options));
}
