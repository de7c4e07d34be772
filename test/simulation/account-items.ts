import { recordOfKey } from '../../core/accounts/given-key.ts';
import { configuredEndpoints } from '../../core/accounts/origins.ts';
import { serializeAccount } from '../../core/accounts/stored-account.ts';
import { recordOfSignIn } from '../../core/accounts/token-records.ts';
import type { AccountConfig, Config } from '../../core/config/config.ts';
import { resolveAccount } from '../../core/config/resolve.ts';
import type { Clock } from '../../core/ports.ts';
import { Secret } from '../../core/secret.ts';
import { services } from '../../core/services/registry.ts';
import type { AccountSettings } from '../../core/services/service.ts';
import { serializeRecord } from '../support/records.ts';
import type { SimulatedAccount } from './accounts.ts';
import type { IssuedTokens } from './authorization-fleet.ts';
import { beginning } from './world.ts';

/** What the broker finds in the environment it was started in; the simulated AWS looks at the date of a proof only. */
export const awsEnvironment = {
  AWS_ACCESS_KEY_ID: 'ASIASIMULATED',
  AWS_SECRET_ACCESS_KEY: 'simulated-secret',
  AWS_SESSION_TOKEN: 'simulated-session',
};

/** The command of an account, which names it. */
export const commandOf = ({ id }: SimulatedAccount): readonly string[] => ['print-token', id];

const issuerOf = ({ server, discovered }: SimulatedAccount): string | undefined =>
  discovered ? `https://${server.host}` : undefined;

/** Names the account, so that the simulated network knows whose request for metadata it sees. No such file is read. */
export const authorityOf = ({ id }: SimulatedAccount): string => `/simulated/${id}`;

/** What the grant of an account needs besides a client. */
function ofGrant(account: SimulatedAccount): Partial<AccountConfig> {
  const { grant, server, subject, key } = account;
  switch (grant) {
    case 'api_key':
      return { expiresAt: key?.endsAt === undefined ? undefined : beginning + key.endsAt };
    case 'pasted_code':
      return { service: 'quilt', url: `https://${server.host}` };
    case 'aws_identity':
      return {
        service: 'datadog',
        url: `https://${server.host}`,
        settings: { org_uuid: 'simulated-org' },
        awsCredentials: { kind: 'env' },
      };
    case 'token_exchange':
      return { exchange: { subjectAccount: subject?.id ?? '' } };
    case 'command':
      return { command: commandOf(account) };
    case 'authorization_code':
    case 'client_credentials':
      return {};
  }
}

/** Whether its endpoints are written for it by hand. */
const hasEndpoints = ({ discovered, grant }: SimulatedAccount): boolean =>
  !discovered && (grant === 'authorization_code' || grant === 'client_credentials' || grant === 'token_exchange');

function accountConfig(account: SimulatedAccount): AccountConfig {
  const { id, server, discovered } = account;
  const byHand = (path: string): string | undefined =>
    hasEndpoints(account) ? `https://${server.host}${path}` : undefined;
  return {
    id,
    service: discovered ? 'oidc' : 'oauth',
    grant: account.grant,
    clientId: id,
    issuer: issuerOf(account),
    endpoints: {
      authorizationEndpoint: byHand('/authorize'),
      tokenEndpoint: byHand('/token'),
      revocationEndpoint: undefined,
      deviceAuthorizationEndpoint: undefined,
      userinfoEndpoint: undefined,
      jwksUri: undefined,
    },
    scopes: undefined,
    audience: undefined,
    resource: undefined,
    username: undefined,
    prompt: undefined,
    authorizationParams: {},
    redirect: {},
    expect: undefined,
    tls: { ca: authorityOf(account), verify: true },
    store: 'keychain',
    refresh: 'ahead',
    browser: undefined,
    environment: undefined,
    env: {},
    serves: {},
    position: { file: 'simulated', line: 1 },
    ...ofGrant(account),
  };
}

export function configOf(accounts: readonly SimulatedAccount[]): Config {
  return {
    accounts: new Map(accounts.map((account) => [account.id, accountConfig(account)])),
    agent: { autostart: false, tray: 'off' },
    reminder: 15,
  };
}

function settingsOf(account: SimulatedAccount): AccountSettings {
  const config = accountConfig(account);
  const service = services.get(config.service);
  if (service === undefined) throw new TypeError(`no service named ${config.service}`);
  return resolveAccount(config, service);
}

/** What the keychain holds of a key that a person has entered. */
export function keyItem(account: SimulatedAccount, clock: Clock): string {
  const api_key = new Secret(account.key?.text ?? '');
  const record = recordOfKey(settingsOf(account), api_key, undefined, clock, 1);
  return serializeAccount({ grant: 'api_key', secrets: { values: { api_key }, origins: undefined }, record }).reveal();
}

/** What the keychain holds of a client: the secret a person entered once. */
export const clientItem = (): string =>
  serializeAccount({
    grant: 'client_credentials',
    secrets: { values: { client_secret: new Secret('simulated-secret') }, origins: undefined },
    record: undefined,
  }).reveal();

/** The record a sign-in leaves, as the keychain holds it. */
export function recordOf(account: SimulatedAccount, tokens: IssuedTokens, clock: Clock): string {
  const settings = settingsOf(account);
  const reply = {
    accessToken: new Secret(tokens.access),
    refreshToken: new Secret(tokens.refresh),
    idToken: undefined,
    tokenType: 'bearer',
    scope: undefined,
    expiresIn: tokens.lifetime,
    loginExpiresIn: undefined,
    clockSkew: undefined,
    identity: undefined,
  };
  // What a catalog names, the record keeps.
  const registry = { token: `https://${account.server.host}/api/token`, service: `https://${account.server.host}/` };
  const endpoints = account.grant === 'pasted_code' ? registry : configuredEndpoints(settings);
  return serializeRecord(recordOfSignIn(settings, reply, { endpoints, learned: undefined }, clock, 1)).reveal();
}
