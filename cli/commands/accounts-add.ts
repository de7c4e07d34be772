import { type Command, Option } from 'commander';
import { splitAccountId } from '../../core/config/account-id.ts';
import type { Registration } from '../../core/config/registration.ts';
import { KeytrayError } from '../../core/errors.ts';
import { grantKinds, traitsOf } from '../../core/services/grant.ts';
import { registeringServerOf } from '../../core/services/registering-server.ts';
import type { Service } from '../../core/services/service.ts';
import { type ToolFamily, toolFamilies } from '../../core/services/shapes.ts';
import type { Cli } from '../cli.ts';
import { configSources } from '../configuration.ts';
import { CommandFailure, usageFailure, usageStatus } from '../failure.ts';
import { readLine } from '../input.ts';
import { printable } from '../output/printable.ts';
import { registrationSteps } from '../output/service-words.ts';
import { type ToolAccount, type ToolName, toolNames } from '../tool-sign-ins.ts';

/** What the account serves, by tool. */
type HostOptions = Readonly<Partial<Record<ToolFamily, readonly string[]>>>;

export interface AddOptions extends HostOptions {
  readonly id?: string;
  readonly clientId?: string;
  readonly grant?: string;
  readonly url?: string;
  readonly audience?: string;
  readonly issuer?: string;
  readonly authorizationEndpoint?: string;
  readonly tokenEndpoint?: string;
  readonly scopes?: string;
  readonly store?: string;
  readonly from?: ToolName;
  /** Of the program of `from`. */
  readonly tool?: ToolAccount;
}

/** The account's keys as the configuration spells them; what was not given is left to the preset. */
export function accountFields(service: string, options: AddOptions): Readonly<Record<string, unknown>> {
  const scopes = options.scopes?.split(/[\s,]+/).filter((scope) => scope !== '');
  const given: Record<string, unknown> = {
    grant: options.grant,
    client_id: options.clientId,
    url: options.url,
    issuer: options.issuer,
    audience: options.audience,
    authorization_endpoint: options.authorizationEndpoint,
    token_endpoint: options.tokenEndpoint,
    scopes,
    store: options.store,
    command: options.tool?.command,
    present: options.tool?.present,
    ...Object.fromEntries(toolFamilies.map((family) => [family, options[family]])),
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
async function askClientId(cli: Cli, service: Service, registration: Registration, preset: string): Promise<string> {
  cli.err.write(registrationSteps(service, registration));
  const terminal = 'isTTY' in cli.stdin && cli.stdin.isTTY === true;
  const answer = terminal ? (await readLine(cli, 'Client ID: '))?.trim() : undefined;
  if (answer !== undefined && answer !== '') return answer;
  throw usageFailure(
    `${service.title} needs a client_id`,
    `Register a client as above, then: keytray accounts add ${preset} --client-id CLIENT_ID`,
  );
}

/** The issuer of an own instance that is given by its address. */
function issuerAtUrl({ atUrl }: Service, url: string | undefined): string | undefined {
  if (url === undefined || atUrl === undefined || !('issuer' in atUrl)) return undefined;
  return `${url.replace(/\/+$/, '')}${atUrl.issuer}`;
}

/** The mistake is in what was typed: no file has the line that would be named, as nothing was written. */
function ofTheOptions(error: unknown, id: string): CommandFailure | undefined {
  if (!(error instanceof KeytrayError) || error.code === 'temporarily_unavailable') return undefined;
  const places = [`accounts.${id}`, `accounts[${JSON.stringify(id)}]`];
  const place = places.find((candidate) => error.message.includes(`: ${candidate}`));
  if (error.code === 'invalid_request') {
    return new CommandFailure(usageStatus, error.message, `See it: keytray accounts show ${id}`, { cause: error });
  }
  if (place === undefined) return undefined;
  const what = error.message.slice(error.message.indexOf(place) + place.length).replace(/^[.:]\s*/, '');
  const hint = 'Nothing was written. See: keytray accounts add --help';
  return new CommandFailure(usageStatus, what.startsWith('not an account id') ? `${id}: ${what}` : what, hint, {
    cause: error,
  });
}

/** The account that a program of the person prints the token of: named by its service, or by the program. */
async function addFrom(cli: Cli, preset: string, tool: ToolName, options: AddOptions): Promise<void> {
  const { toolSignIns } = await import('../tool-sign-ins.ts');
  const { service, account } = toolSignIns[tool];
  const { name, label } = splitAccountId(preset);
  if (name !== service && name !== tool) {
    throw usageFailure(`${tool} has no token for ${name}`, `Write: keytray accounts add ${service} --from ${tool}`);
  }
  const found = await account(cli.env, options.url);
  const { url = options.url } = found;
  const named = { ...options, ...(url !== undefined && { url }), id: options.id ?? preset };
  const written = label === undefined ? service : `${service}@${label}`;
  await addAccountTo(cli, written, { ...named, grant: 'command', tool: found });
}

async function addAccountTo(cli: Cli, preset: string, options: AddOptions): Promise<void> {
  const service = await findService(splitAccountId(preset).name);
  const id = options.id ?? preset;
  const [{ registrationOf }, { redirectOfNewAccount }] = await Promise.all([
    import('../../core/config/registration.ts'),
    import('../../core/services/redirect-path.ts'),
  ]);
  const grant = grantKinds.find((kind) => kind === options.grant) ?? service.grants[0];
  const { client, signIn } = traitsOf(grant);
  const { tokenEndpoint, authorizationEndpoint } = options;
  const issuer = options.issuer ?? issuerAtUrl(service, options.url);
  const about = (known: string | undefined) => ({ issuer, tokenEndpoint, authorizationEndpoint, clientId: known });
  // The client that a service brings is for people.
  const known = options.clientId ?? (signIn === 'browser' ? service.clientId : undefined);
  const needsClient = client && registeringServerOf(service, grant) === undefined;
  const clientId =
    needsClient && known === undefined
      ? await askClientId(cli, service, registrationOf(service, about(undefined)), preset)
      : known;
  const { file, ...sources } = await configSources(cli.env);
  const { addAccount } = await import('../../core/config/edit-config.ts');
  try {
    const { redirect, written } = redirectOfNewAccount(service, about(clientId));
    const own = clientId === undefined || clientId === service.clientId ? {} : { clientId };
    const fields = accountFields(service.name, { ...options, ...own });
    const ofItsOwn = written && signIn === 'browser';
    await addAccount(file, id, ofItsOwn ? { ...fields, redirect: { path: redirect.path } } : fields, sources);
  } catch (error) {
    throw ofTheOptions(error, id) ?? error;
  }
  cli.out.write(`Added ${printable(id)} to ${file}.\n`);
  if (signIn !== 'browser') return void cli.out.write(`Then: keytray login ${id}\n`);
  // Who has a client knows where it is registered, and not yet which redirect URI Keytray will use.
  const { redirectUri } = registrationOf(service, about(clientId));
  if (options.clientId !== undefined && redirectUri !== undefined) {
    cli.out.write(`Redirect URI, as the client must be registered: ${redirectUri}\n`);
  }
  if (service.clientSecret === 'required') cli.out.write(`Then: keytray accounts set-secret ${id}\n`);
  cli.out.write(`Then: keytray login ${id}\n`);
}

/** Two families list no hosts. */
const listed: Readonly<Partial<Record<ToolFamily, string>>> = { aws: 'arn', google: 'audience' };

export function addAccountsAdd(accounts: Command, cli: Cli): void {
  const add = accounts
    .command('add')
    .description('add an account; says where to register a client and with which redirect URI')
    .argument('<service[@label]>', 'a service (keytray services list), with a label where you have several accounts')
    .option('--id <id>', 'name of the account, if not SERVICE@LABEL')
    .addOption(
      new Option('--grant <grant>', 'how it comes to its credential (keytray services show)').choices([...grantKinds]),
    )
    .addOption(
      new Option('--from <program>', 'take the token of a program you are signed in with').choices([...toolNames]),
    )
    .option('--client-id <id>', 'the registered client')
    .option('--url <url>', 'your own instance of the service, or the base of its API')
    .option('--audience <audience>', 'the API its tokens are for')
    .option('--issuer <url>', 'the authorization server, for oidc and self-managed instances')
    .option('--authorization-endpoint <url>', 'for servers without metadata')
    .option('--token-endpoint <url>', 'for servers without metadata')
    .option('--scopes <scopes>', 'scopes, separated by blanks or commas')
    .addOption(new Option('--store <store>', 'where its tokens are').choices(['keychain', 'encrypted-file', 'memory']));
  add.optionsGroup('What it serves:');
  for (const family of toolFamilies) {
    const what = listed[family] ?? 'host';
    add.option(`--${family} <${what}...>`, `${what}s, for ${family}`);
  }
  add
    .optionsGroup('Options:')
    .action((preset: string, options: AddOptions) =>
      options.from === undefined ? addAccountTo(cli, preset, options) : addFrom(cli, preset, options.from, options),
    );
}
