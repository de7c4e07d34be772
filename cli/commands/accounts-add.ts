import type { Command } from 'commander';
import { splitAccountId } from '../../core/config/account-id.ts';
import type { Service } from '../../core/services/service.ts';
import type { Cli } from '../cli.ts';
import { configSources } from '../configuration.ts';
import { usageFailure } from '../failure.ts';
import { readLine } from '../input.ts';
import { printable } from '../output/printable.ts';
import { registrationSteps } from '../output/service-words.ts';

export interface AddOptions {
  readonly id?: string;
  readonly clientId?: string;
  readonly issuer?: string;
  readonly authorizationEndpoint?: string;
  readonly tokenEndpoint?: string;
  readonly scopes?: string;
  readonly git?: readonly string[];
}

/** The account's keys as the configuration spells them; what was not given is left to the preset. */
export function accountFields(service: string, options: AddOptions): Readonly<Record<string, unknown>> {
  const scopes = options.scopes?.split(/[\s,]+/).filter((scope) => scope !== '');
  const given: Record<string, unknown> = {
    client_id: options.clientId,
    issuer: options.issuer,
    authorization_endpoint: options.authorizationEndpoint,
    token_endpoint: options.tokenEndpoint,
    scopes,
    git: options.git,
  };
  return { service, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
}

async function findService(name: string): Promise<Service> {
  const { services } = await import('../../core/services/registry.ts');
  const service = services.get(name);
  if (service !== undefined) return service;
  throw usageFailure(
    `there is no service ${name}`,
    `Choose one of: ${[...services.keys()].join(', ')}; any other server: keytray accounts add oidc --id NAME --issuer URL`,
  );
}

/** Nobody can sign in without a registered client: say where and how, and ask for its id where somebody can answer. */
async function askClientId(cli: Cli, service: Service, redirectUri: string, preset: string): Promise<string> {
  cli.err.write(registrationSteps(service, redirectUri));
  const terminal = 'isTTY' in cli.stdin && cli.stdin.isTTY === true;
  const answer = terminal ? (await readLine(cli, 'Client ID: '))?.trim() : undefined;
  if (answer !== undefined && answer !== '') return answer;
  throw usageFailure(
    `${service.title} needs a client_id`,
    `Register a client as above, then: keytray accounts add ${preset} --client-id CLIENT_ID`,
  );
}

async function addAccountTo(cli: Cli, preset: string, options: AddOptions): Promise<void> {
  const service = await findService(splitAccountId(preset).name);
  const id = options.id ?? preset;
  const { redirectUriToRegister } = await import('../../core/services/resolve.ts');
  const redirectUri = redirectUriToRegister(service);
  const clientId = options.clientId ?? service.clientId ?? (await askClientId(cli, service, redirectUri, preset));
  const { file, ...sources } = await configSources(cli.env);
  const { addAccount } = await import('../../core/config/edit-config.ts');
  await addAccount(file, id, accountFields(service.name, { ...options, clientId }), sources);
  cli.out.write(`Added ${printable(id)} to ${file}.\n`);
  if (options.clientId !== undefined) cli.out.write(registrationSteps(service, redirectUri));
  if (service.clientSecret === 'required') cli.out.write(`Then: keytray accounts set-secret ${id}\n`);
  cli.out.write(`Then: keytray login ${id}\n`);
}

export function addAccountsAdd(accounts: Command, cli: Cli): void {
  accounts
    .command('add')
    .description('add an account; says where to register a client and with which redirect URI')
    .argument('<service[@label]>', 'a service (keytray services list), with a label where you have several accounts')
    .option('--id <id>', 'name of the account, if not SERVICE@LABEL')
    .option('--client-id <id>', 'the registered client')
    .option('--issuer <url>', 'the authorization server, for oidc and self-managed instances')
    .option('--authorization-endpoint <url>', 'for servers without metadata')
    .option('--token-endpoint <url>', 'for servers without metadata')
    .option('--scopes <scopes>', 'scopes, separated by blanks or commas')
    .option('--git <host...>', 'hosts, or hosts with a path, whose git it serves')
    .action((preset: string, options: AddOptions) => addAccountTo(cli, preset, options));
}
