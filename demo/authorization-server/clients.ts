import type { ClientMetadata } from 'oidc-provider';
import { oidc } from '../../core/services/oidc.ts';
import { redirectOfNewAccount } from '../../core/services/redirect-path.ts';
import { deviceCodeGrant } from './device-pages.ts';

export interface DemoClient {
  readonly clientId: string;
  /** Without a port where any will do (RFC 8252 §7.3). Default: `/callback` on either loopback host. */
  readonly redirectUris?: readonly string[];
  /** A public client without. */
  readonly clientSecret?: string;
  /** Userinfo is a JWT, signed so. */
  readonly userinfoAlgorithm?: 'ES256' | 'HS256' | 'HS384' | 'HS512';
  /** Beyond those of a person's sign-in. */
  readonly grantTypes?: readonly string[];
}

/** Those of an account without a path of its own, and of one that `accounts add` has written. */
const loopbackRedirects = (issuer: string): string[] => {
  const { path } = redirectOfNewAccount(oidc, { issuer, tokenEndpoint: undefined, clientId: undefined }).redirect;
  return ['http://127.0.0.1/callback', 'http://localhost/callback', `http://127.0.0.1${path}`];
};

/** How the demo registers a client. */
export const registration = (client: DemoClient, issuer: string, withDevice: boolean): ClientMetadata => ({
  client_id: client.clientId,
  client_name: client.clientId,
  application_type: 'native',
  redirect_uris: [...(client.redirectUris ?? loopbackRedirects(issuer))],
  response_types: ['code'],
  grant_types: [
    'authorization_code',
    'refresh_token',
    ...(withDevice ? [deviceCodeGrant] : []),
    ...(client.grantTypes ?? []),
  ],
  id_token_signed_response_alg: 'ES256',
  ...(client.userinfoAlgorithm !== undefined && { userinfo_signed_response_alg: client.userinfoAlgorithm }),
  ...(client.clientSecret === undefined
    ? { token_endpoint_auth_method: 'none' }
    : { token_endpoint_auth_method: 'client_secret_basic', client_secret: client.clientSecret }),
});
