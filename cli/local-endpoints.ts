import type { Endpoint } from '../core/endpoints/program-endpoints.ts';
import type { EndpointToken } from '../core/endpoints/token-answer.ts';
import type { LocalApiClient } from '../core/local-api/client/client.ts';
import { Secret } from '../core/secret.ts';
import type { AccountSettings } from '../core/services/service.ts';
import type { Cli } from './cli.ts';
import { loadConfig, resolveConfigured } from './configuration.ts';
import { listenerDependencies } from './local-listener.ts';
import { tokenText } from './token-answer.ts';

/** Clients insist on a secret; what proves them here is the path. */
const dummySecret = 'keytray';

/**
 * Opens in this process, for as long as it runs, what the clients of these accounts' services ask for a token.
 * Resolves to the variables that lead them there; none where no service has such clients.
 */
export async function openLocalEndpoints(cli: Cli, accounts: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const config = await loadConfig(cli.env);
  const variables = new Map<string, string>();
  for (const id of accounts) {
    if (!config.accounts.has(id)) continue;
    const settings = await resolveConfigured(config, id);
    for (const [name, value] of await openEndpointFor(cli, settings)) variables.set(name, value);
  }
  return variables;
}

/** For one account; see above. */
export async function openEndpointFor(
  cli: Pick<Cli, 'broker' | 'err'>,
  settings: AccountSettings,
): Promise<readonly (readonly [string, string])[]> {
  const { services } = await import('../core/services/registry.ts');
  switch (services.get(settings.service)?.endpoint) {
    case 'databricks': {
      const host = workspaceOf(settings);
      if (host === undefined) return [];
      const { databricksMetadata } = await import('../core/endpoints/databricks-metadata.ts');
      const url = await open(cli, settings, (given) => databricksMetadata({ ...given, host }));
      return [
        ['DATABRICKS_HOST', host],
        ...accountVariable(settings),
        ['DATABRICKS_AUTH_TYPE', 'metadata-service'],
        ['DATABRICKS_METADATA_SERVICE_URL', url],
      ];
    }
    case 'auth0': {
      // A person's sign-in is not what a client with a secret of its own expects.
      if (settings.grant.kind !== 'client_credentials') return [];
      const { audience, clientId } = settings;
      const { auth0Token } = await import('../core/endpoints/auth0-token.ts');
      const url = await open(cli, settings, (given) => auth0Token({ ...given, audience }));
      return [
        ['OAUTH_AUTH_URL', url],
        ['OAUTH_CLIENT_ID', clientId],
        ['OAUTH_CLIENT_SECRET', dummySecret],
        ...(audience === undefined ? [] : [['OAUTH_AUDIENCE', audience] as const]),
      ];
    }
    case undefined:
      return [];
  }
}

type Given = Parameters<typeof import('../core/endpoints/auth0-token.ts').auth0Token>[0];

async function open(
  cli: Pick<Cli, 'broker' | 'err'>,
  { id }: AccountSettings,
  make: (given: Pick<Given, 'token' | 'clock'>) => Pick<Endpoint, 'answer'>,
): Promise<string> {
  const { ProgramEndpoints } = await import('../core/endpoints/program-endpoints.ts');
  const broker = await cli.broker();
  const dependencies = listenerDependencies(cli);
  const endpoints = new ProgramEndpoints({ ...dependencies, name: `the endpoint for ${id}` });
  const { answer } = make({ clock: dependencies.clock, token: () => tokenOf(broker, id) });
  // The program is our child, and we end with it.
  return (await endpoints.open({ owner: { runs: () => true }, answer })).url;
}

async function tokenOf(broker: LocalApiClient, id: string): Promise<EndpointToken> {
  const view = await broker.token(id, {});
  return {
    token: new Secret(tokenText(view, 'access')),
    tokenType: view.token_type,
    expiresAt: typeof view.expires_at === 'string' ? Date.parse(view.expires_at) : undefined,
    scope: view.scope,
  };
}

/** Its SDKs ask account-level APIs only where they are told of which account. */
const accountVariable = ({ settings }: AccountSettings): readonly (readonly [string, string])[] =>
  settings.account_id === undefined ? [] : [['DATABRICKS_ACCOUNT_ID', settings.account_id]];

/** As its SDKs want it: without a path. */
function workspaceOf({ url, issuer }: AccountSettings): string | undefined {
  const known = url ?? issuer;
  return known === undefined ? undefined : URL.parse(known)?.origin;
}
