import { addAccount, removeAccount, setAccountKey } from '../../core/config/edit-config.ts';
import { redirectUriToRegister } from '../../core/config/resolve.ts';
import { KeytrayError } from '../../core/errors.ts';
import { Secret } from '../../core/secret.ts';
import { traitsOf } from '../../core/services/grant.ts';
import { redirectOfNewAccount } from '../../core/services/redirect-path.ts';
import { services } from '../../core/services/registry.ts';
import { toolFamilies } from '../../core/services/shapes.ts';
import type { AppApi, RequestOf } from '../../ipc/contract.ts';
import type { AccountDetails } from '../../ipc/views.ts';
import { type ConfiguredAccount, configuredAccount } from './configured.ts';
import { toolFamily } from './consent.ts';
import type { ApiParts } from './parts.ts';

type Methods =
  | 'status'
  | 'account'
  | 'addAccount'
  | 'removeAccount'
  | 'setClientSecret'
  | 'removeClientSecret'
  | 'editServes';

export function accountMethods(parts: ApiParts): Pick<AppApi, Methods> {
  const { broker, config } = parts;
  const { file, ...where } = config.sources;
  return {
    status: () => broker.status(),
    account: async ({ account }) => {
      const view = await broker.account(account);
      return { account: view, ...detailsOf(await configuredAccount(parts, account)) };
    },
    addAccount: async (request) => {
      await addAccount(file, request.account, fieldsOf(request), where);
      await config.reload();
      const { account, clientSecret } = request;
      if (clientSecret !== undefined) await broker.setClientSecret(account, new Secret(clientSecret));
      return await broker.account(account);
    },
    removeAccount: async ({ account }) => {
      const { editable, config: found } = await configuredAccount(parts, account);
      if (!editable) {
        const at = `${found.position.file}:${found.position.line}`;
        throw new KeytrayError('misconfigured', `${account} is in ${at}, which Keytray only reads`, { account });
      }
      // First: without its account nobody could revoke the sign-in any more.
      await broker.logout(account, { revoke: true });
      await broker.removeClientSecret(account);
      await removeAccount(file, account, where);
      await config.reload();
    },
    setClientSecret: ({ account, clientSecret }) => broker.setClientSecret(account, new Secret(clientSecret)),
    removeClientSecret: ({ account }) => broker.removeClientSecret(account),
    editServes: async ({ account, family, hosts }) => {
      const { service } = await configuredAccount(parts, account);
      const known = toolFamily(family);
      // Without the key the hosts of the service come back: taking the last one away would add them.
      const emptied = service.serves[known] === undefined && !service.servesOwnHost.includes(known) ? undefined : [];
      await setAccountKey(file, account, known, hosts.length === 0 ? emptied : hosts, where);
      await config.reload();
      return await broker.account(account);
    },
  };
}

/** The account's keys as the configuration spells them; what was not given is left to the service. */
function fieldsOf(request: RequestOf<'addAccount'>): Readonly<Record<string, unknown>> {
  return {
    service: request.service,
    grant: request.grant,
    url: request.url,
    settings: request.settings,
    aws_credentials: awsCredentialsOf(request),
    audience: request.audience,
    client_id: request.clientId,
    issuer: request.issuer,
    authorization_endpoint: request.authorizationEndpoint,
    token_endpoint: request.tokenEndpoint,
    scopes: request.scopes,
    environment: request.environment,
    store: request.store,
    ...newRedirect(request),
    ...Object.fromEntries(Object.entries(request.serves ?? {}).filter(([, hosts]) => hosts.length > 0)),
  };
}

function awsCredentialsOf({ awsCredentials }: RequestOf<'addAccount'>): Readonly<Record<string, unknown>> | undefined {
  if (awsCredentials === undefined) return undefined;
  return awsCredentials.kind === 'env' ? { env: true } : { profile: awsCredentials.profile };
}

function newRedirect(request: RequestOf<'addAccount'>): { readonly redirect?: { readonly path: string } } {
  const service = services.get(request.service);
  if (service === undefined || traitsOf(request.grant ?? service.grants[0]).signIn !== 'browser') return {};
  const { issuer, tokenEndpoint, clientId } = request;
  const { redirect, written } = redirectOfNewAccount(service, { issuer, tokenEndpoint, clientId });
  return written ? { redirect: { path: redirect.path } } : {};
}

function detailsOf({ config, settings, editable }: ConfiguredAccount): Omit<AccountDetails, 'account'> {
  const { endpoints, issuer, browser } = settings;
  const known = {
    authorization: endpoints.authorizationEndpoint,
    token: endpoints.tokenEndpoint,
    revocation: endpoints.revocationEndpoint,
    device_authorization: endpoints.deviceAuthorizationEndpoint,
  };
  return {
    ...(issuer === undefined ? {} : { issuer }),
    endpoints: Object.fromEntries(Object.entries(known).filter(([, url]) => url !== undefined)),
    clientId: settings.registersClient === true ? 'registered by Keytray' : settings.clientId,
    redirectUri: redirectUriToRegister(settings),
    clientSecret: settings.clientSecret,
    ...(browser === undefined ? {} : { browser }),
    position: `${config.position.file}:${config.position.line}`,
    editable,
    apiKeys: settings.apiKeys !== undefined,
    databases: Object.keys(settings.lakebase ?? {}),
    families: toolFamilies,
  };
}
