import {
  type AuthorizationServerOptions,
  type RunningAuthorizationServer,
  startAuthorizationServer,
} from '../../authorization-server.ts';

export type ConnectOptions = Pick<AuthorizationServerOptions, 'extend' | 'instead'>;

export interface Connect extends RunningAuthorizationServer {
  /** What a token must be for. */
  readonly resource: string;
}

/**
 * Quilt's Connect server: an authorization server with dynamic registration (RFC 7591), PKCE and one resource, at
 * Quilt's paths. It accepts redirects to this machine, as with `localhost` among the allowed hosts.
 */
export async function startConnect(options: ConnectOptions = {}): Promise<Connect> {
  const resourcePath = '/mcp/platform';
  const scopes = ['openid', 'offline_access', 'platform'];
  const server = await startAuthorizationServer({
    ...options,
    scopes,
    clients: [],
    configuration: {
      routes: {
        authorization: '/connect/authorize',
        token: '/auth/token',
        registration: '/auth/register',
        revocation: '/auth/revoke',
        jwks: '/auth/.well-known/jwks.json',
      },
      clientDefaults: { application_type: 'native', id_token_signed_response_alg: 'ES256' },
      features: {
        devInteractions: { enabled: false },
        registration: { enabled: true },
        revocation: { enabled: true, allowedPolicy: () => true },
        introspection: { enabled: true, allowedPolicy: () => true },
        rpInitiatedLogout: { enabled: false },
        resourceIndicators: {
          enabled: true,
          defaultResource: (context) => `${context.origin}${resourcePath}`,
          useGrantedResource: () => true,
          getResourceServerInfo: (_context, audience) => ({
            scope: scopes.join(' '),
            audience,
            accessTokenTTL: 3_600,
            accessTokenFormat: 'opaque',
          }),
        },
      },
    },
  });
  return Object.assign(server, { resource: `${server.issuer}${resourcePath}` });
}
