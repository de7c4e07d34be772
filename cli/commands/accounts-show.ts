import type { Command } from 'commander';
import type { AccountConfig } from '../../core/config/config.ts';
import { KeytrayError } from '../../core/errors.ts';
import type { AccountSettings } from '../../core/services/service.ts';
import type { AccountView } from '../../core/wire/schemas.ts';
import type { Cli } from '../cli.ts';
import { loadConfig, resolveConfigured } from '../configuration.ts';
import { liveDetails } from '../output/account-details.ts';
import { nextStep, stateWords, timeLeft, who } from '../output/account-words.ts';
import { formatFields } from '../output/field-list.ts';
import { formatJson } from '../output/json.ts';
import { servedFields } from '../output/service-words.ts';

/** The account as the running Keytray sees it; undefined where none runs or it does not know the account yet. */
async function liveView(cli: Cli, id: string): Promise<AccountView | undefined> {
  try {
    return await (await cli.broker()).account(id);
  } catch (error) {
    if (error instanceof KeytrayError && (error.code === 'no_broker' || error.code === 'unknown_account')) {
      return undefined;
    }
    throw error;
  }
}

interface Shown {
  readonly account: AccountConfig;
  readonly settings: AccountSettings;
  readonly redirectUri: string;
  readonly live: AccountView | undefined;
}

function settingsJson({ account, settings, redirectUri, live }: Shown): object {
  return {
    account: settings.id,
    service: settings.service,
    title: settings.title,
    client_id: settings.clientId,
    client_registered_by: settings.registersClient === true ? 'keytray' : undefined,
    client_auth: live?.client_auth ?? settings.clientAuth,
    issuer: settings.issuer,
    authorization_endpoint: settings.endpoints.authorizationEndpoint,
    token_endpoint: settings.endpoints.tokenEndpoint,
    scopes: settings.scopes,
    audience: settings.audience,
    resource: settings.resource,
    redirect_uri: redirectUri,
    store: settings.store,
    environment: settings.environment,
    serves: settings.serves,
    file: account.position.file,
    line: account.position.line,
    live: live ?? null,
  };
}

function clientSecretWords(settings: AccountSettings, live: AccountView | undefined): string | undefined {
  switch (live?.client_secret) {
    case 'stored':
      return settings.clientSecret === 'none' ? 'stored, but not used: this client is public' : 'stored';
    case 'missing':
      return 'missing';
    case 'none':
      return settings.clientSecret === 'none' ? undefined : 'none';
    case undefined:
      return live === undefined || settings.clientSecret === 'none' ? undefined : 'not known yet';
  }
}

const clientAuthWords = (method: AccountView['client_auth']): string | undefined => {
  switch (method) {
    case 'basic':
      return 'basic (client secret in the Authorization header)';
    case 'post':
      return 'post (client secret in the body)';
    case 'none':
      return 'none (public client)';
    default:
      return undefined;
  }
};

function formatSettings({ account, settings, redirectUri, live }: Shown): string {
  const now = Date.now();
  return formatFields([
    ['Account', `${settings.id} (${settings.title})`],
    ['State', live === undefined ? 'not known, Keytray is not running' : stateWords(live.state).text],
    ['Why', live?.reason_description],
    ['Who', live === undefined ? undefined : who(live)],
    ['Left', live === undefined ? undefined : timeLeft(live, now)],
    ['Next', live === undefined ? undefined : nextStep(live, now)],
    ...(live === undefined ? [] : liveDetails(live, now)),
    ['Service', settings.service],
    ['Issuer', settings.issuer],
    ['Authorization endpoint', settings.endpoints.authorizationEndpoint],
    ['Token endpoint', settings.endpoints.tokenEndpoint],
    ['Client ID', settings.registersClient === true ? 'registered by Keytray' : settings.clientId],
    ['Client secret', clientSecretWords(settings, live)],
    ['Client authentication', clientAuthWords(live?.client_auth ?? settings.clientAuth)],
    ['Redirect URI', redirectUri],
    ['Scopes', settings.scopes.join(' ')],
    ['Audience', settings.audience],
    ['Resource', settings.resource],
    ...servedFields(settings.serves),
    ['Store', settings.store],
    ['Environment', settings.environment],
    ['TLS', settings.tls.verify ? undefined : 'certificates are NOT checked'],
    ['Configured in', `${account.position.file}:${account.position.line}`],
  ]);
}

export function addAccountsShow(accounts: Command, cli: Cli): void {
  accounts
    .command('show')
    .description('everything about one account but its tokens')
    .argument('<account>')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { readonly json?: true }) => {
      const config = await loadConfig(cli.env);
      const settings = await resolveConfigured(config, id);
      const account = config.accounts.get(id);
      if (account === undefined) return;
      const { redirectUriToRegister } = await import('../../core/config/resolve.ts');
      const shown = { account, settings, redirectUri: redirectUriToRegister(settings), live: await liveView(cli, id) };
      cli.out.write(options.json ? formatJson(settingsJson(shown)) : formatSettings(shown));
    });
}
