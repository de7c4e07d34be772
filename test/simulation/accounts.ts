import { configuredEndpoints } from '../../core/accounts/origins.ts';
import { serializeAccount } from '../../core/accounts/stored-account.ts';
import { recordOfSignIn } from '../../core/accounts/token-records.ts';
import type { AccountConfig, Config } from '../../core/config/config.ts';
import { resolveAccount } from '../../core/config/resolve.ts';
import type { Clock } from '../../core/ports.ts';
import { Secret } from '../../core/secret.ts';
import { services } from '../../core/services/registry.ts';
import { serializeRecord } from '../support/records.ts';
import type { AuthorizationFleet, AuthorizationServer, IssuedTokens } from './authorization-fleet.ts';
import { hour, minute, second } from './world.ts';

export interface SimulatedAccount {
  readonly id: string;
  readonly server: AuthorizationServer;
  /** Milliseconds an access token lives. */
  readonly lifetime: number;
  /** Of every seven, one is a client with a secret: nobody signs in to it. */
  readonly grant: 'authorization_code' | 'client_credentials';
  /** Its endpoints come from the server's metadata. */
  readonly discovered: boolean;
  /** The broker has asked for a new sign-in, and nobody has signed in yet. */
  lost: boolean;
  /** The refresh token that was last made durable. */
  stored: string;
}

/** Of every hundred: one with 30 s, nine with 5 min, sixty with an hour, thirty with more. */
function lifetimeOf(index: number, count: number): number {
  const share = index / count;
  if (share < 0.01 || index === 0) return 30 * second;
  if (share < 0.1) return 5 * minute;
  if (share < 0.7) return hour;
  return index % 2 === 0 ? 8 * hour : 24 * hour;
}

export function makeAccounts(count: number, fleet: AuthorizationFleet): readonly SimulatedAccount[] {
  return Array.from({ length: count }, (_, index) => {
    const server = fleet.servers[index % fleet.servers.length];
    if (server === undefined) throw new RangeError('no servers');
    return {
      id: `a${index}`,
      server,
      lifetime: lifetimeOf(index, count),
      grant: index % 7 === 5 ? 'client_credentials' : 'authorization_code',
      discovered: index % 7 === 3,
      lost: false,
      stored: '',
    };
  });
}

const issuerOf = ({ server, discovered }: SimulatedAccount): string | undefined =>
  discovered ? `https://${server.host}` : undefined;

/** Names the account, so that the simulated network knows whose request for metadata it sees. No such file is read. */
export const authorityOf = ({ id }: SimulatedAccount): string => `/simulated/${id}`;

function accountConfig(account: SimulatedAccount): AccountConfig {
  const { id, server, discovered } = account;
  const byHand = (path: string): string | undefined => (discovered ? undefined : `https://${server.host}${path}`);
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
  };
}

export function configOf(accounts: readonly SimulatedAccount[]): Config {
  return {
    accounts: new Map(accounts.map((account) => [account.id, accountConfig(account)])),
    agent: { autostart: false, tray: 'off' },
    reminder: 15,
  };
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
  const config = accountConfig(account);
  const service = services.get(config.service);
  if (service === undefined) throw new TypeError(`no service named ${config.service}`);
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
  const settings = resolveAccount(config, service);
  const issuing = { endpoints: configuredEndpoints(settings), learned: undefined };
  return serializeRecord(recordOfSignIn(settings, reply, issuing, clock, 1)).reveal();
}
