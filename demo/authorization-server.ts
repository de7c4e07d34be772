import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import Provider, { type Configuration } from 'oidc-provider';
import { type DemoClient, registration } from './authorization-server/clients.ts';
import { deviceCodeGrant, devicePages } from './authorization-server/device-pages.ts';
import { MemoryAdapter, type Storage } from './authorization-server/memory-adapter.ts';
import { sendError, serveSignIn } from './authorization-server/sign-in.ts';
import { createTokenFaults, type TokenFaults } from './authorization-server/token-faults.ts';

export interface AuthorizationServerOptions {
  readonly port?: number;
  /** Seconds. */
  readonly accessTokenTtl?: number;
  readonly rotateRefreshToken?: boolean;
  readonly clients?: readonly DemoClient[];
  readonly scopes?: readonly string[];
  /** Milliseconds every token reply waits. */
  readonly delayTokenMs?: number;
  /** Lets clients sign in with a device code (RFC 8628); both in seconds. The library itself names no interval. */
  readonly deviceFlow?: { readonly interval: number; readonly lifetime?: number };
  /** Takes authorization requests ahead of the browser (RFC 9126), or no others. Default: neither. */
  readonly pushedRequests?: 'offered' | 'required';
  /** Sees what each token request brought and what it got: a test then knows every secret there was. */
  readonly onTokenExchange?: (exchange: {
    readonly parameters: Readonly<Record<string, unknown>>;
    readonly reply: Readonly<Record<string, unknown>>;
  }) => void;
  /** Is told each device code that is given out. */
  readonly onDeviceCode?: (deviceCode: unknown) => void;
  /** Sees the HTTP server before it listens: a test records every byte that arrives. */
  readonly prepare?: (server: Server) => void;
  /** Called first with every request; true where it answers in the provider's place, as a hostile server would. */
  readonly instead?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Adds to the provider what the demo has not, before it is asked anything. */
  readonly extend?: (provider: Provider) => void;
  /** Changes to the library's configuration that a test wants. */
  readonly configuration?: Partial<Configuration>;
}

/** Requests so far: by grant type at the token endpoint, by name at the others. */
export interface RequestCounts {
  authorization_code: number;
  refresh_token: number;
  /** Token requests that were not even understood, or met an outage. */
  refused: number;
  /** Polls of clients that wait for a person at another device. */
  device_code: number;
  pushed_authorization_request: number;
  revocation: number;
  introspection: number;
  userinfo: number;
}

export interface RunningAuthorizationServer {
  readonly issuer: string;
  readonly url: URL;
  readonly requests: Readonly<RequestCounts>;
  /** Names under which somebody signed in, in order. */
  readonly accountsCreated: readonly string[];
  readonly faults: TokenFaults;
  /** What a resource server asks before it serves an access token. */
  introspect(accessToken: string): Promise<{ readonly active: boolean; readonly sub: string | undefined }>;
  /** True for an access or refresh token that is of no use any more: revoked, spent, expired or unknown. */
  isRevoked(token: string): Promise<boolean>;
  close(): Promise<void>;
}

export const demoScopes = ['openid', 'offline_access', 'profile', 'email', 'git'] as const;

/** A real OpenID provider on loopback: PKCE required, refresh token rotation, reuse kills the family, revocation, `iss`. */
export async function startAuthorizationServer(
  options: AuthorizationServerOptions = {},
): Promise<RunningAuthorizationServer> {
  const server = createServer();
  options.prepare?.(server);
  const issuer = await listen(server, options.port ?? 0);
  const requests: RequestCounts = {
    authorization_code: 0,
    refresh_token: 0,
    refused: 0,
    device_code: 0,
    pushed_authorization_request: 0,
    revocation: 0,
    introspection: 0,
    userinfo: 0,
  };
  const accountsCreated: string[] = [];
  const faults = createTokenFaults(options.delayTokenMs ?? 0);
  const provider = new Provider(issuer, configurationOf(issuer, options));
  options.extend?.(provider);

  provider.use(async (context, next) => {
    const isToken = context.path === '/token';
    await (isToken ? faults.apply(context, next) : next());
    if (isToken)
      options.onTokenExchange?.({ parameters: fieldsOf(context.oidc?.params), reply: fieldsOf(context.body) });
    if (context.oidc?.route === 'device_authorization' && context.status === 200) {
      context.body = { ...fieldsOf(context.body), interval: options.deviceFlow?.interval };
      options.onDeviceCode?.(fieldsOf(context.body).device_code);
    }
    const name = isToken ? (context.oidc?.params?.grant_type ?? 'refused') : context.oidc?.route;
    if (name === deviceCodeGrant) requests.device_code += 1;
    else if (isCounted(name, requests)) requests[name] += 1;
  });

  const protocol = provider.callback();
  server.on('request', (request, response) => {
    if (options.instead?.(request, response) === true) return;
    if (request.url?.startsWith('/interaction/') !== true) return void protocol(request, response);
    serveSignIn(provider, request, response, (login) => accountsCreated.push(login)).catch((error: unknown) =>
      sendError(response, error),
    );
  });

  const isActive = async (token: string): Promise<boolean> => {
    const access = await provider.AccessToken.find(token);
    if (access !== undefined) return !access.isExpired;
    const refresh = await provider.RefreshToken.find(token);
    return refresh !== undefined && !refresh.isExpired && refresh.consumed === undefined;
  };

  return {
    issuer,
    url: new URL(issuer),
    requests,
    accountsCreated,
    faults,
    async introspect(accessToken) {
      const found = await provider.AccessToken.find(accessToken);
      if (found !== undefined) return found.isExpired ? inactive : { active: true, sub: found.accountId };
      // Of a client that asked for itself: nobody is its subject.
      const own = await provider.ClientCredentials.find(accessToken);
      return own === undefined || own.isExpired ? inactive : { active: true, sub: undefined };
    },
    isRevoked: async (token) => !(await isActive(token)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const inactive = { active: false, sub: undefined } as const;

const isCounted = (name: unknown, counts: RequestCounts): name is keyof RequestCounts =>
  typeof name === 'string' && Object.hasOwn(counts, name);

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject);
      const address = server.address();
      const actual = typeof address === 'object' && address !== null ? address.port : port;
      resolve(`http://127.0.0.1:${actual}`);
    });
  });
}

function configurationOf(issuer: string, options: AuthorizationServerOptions): Configuration {
  const storage: Storage = new Map();
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const scopes = [...(options.scopes ?? demoScopes)];
  const ttl = options.accessTokenTtl ?? 3600;
  const clients = options.clients ?? [{ clientId: 'keytray' }];
  return {
    adapter: (model) => new MemoryAdapter(model, storage),
    clients: clients.map((client) => registration(client, issuer, options.deviceFlow !== undefined)),
    clientBasedCORS: () => false,
    scopes,
    claims: {
      openid: ['sub'],
      profile: ['name', 'preferred_username'],
      email: ['email', 'email_verified'],
    },
    findAccount: (_context, login) => ({
      accountId: login,
      claims: () => ({
        sub: login,
        name: `${login} of the demo`,
        preferred_username: login,
        email: `${login}@demo.example`,
        email_verified: true,
      }),
    }),
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid: 'run' }] },
    enabledJWA: {
      idTokenSigningAlgValues: ['ES256'],
      userinfoSigningAlgValues: ['ES256', 'HS256', 'HS384', 'HS512'],
    },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    pkce: { required: () => true },
    rotateRefreshToken: () => options.rotateRefreshToken ?? true,
    ttl: {
      AccessToken: ttl,
      ClientCredentials: 600,
      IdToken: ttl,
      AuthorizationCode: 60,
      DeviceCode: options.deviceFlow?.lifetime ?? 600,
      RefreshToken: 14 * 86_400,
      Grant: 14 * 86_400,
      Interaction: 600,
      Session: 86_400,
    },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: clients.some(({ grantTypes }) => grantTypes?.includes('client_credentials')) },
      revocation: { enabled: true, allowedPolicy: () => true },
      introspection: { enabled: true, allowedPolicy: () => true },
      rpInitiatedLogout: { enabled: false },
      jwtUserinfo: { enabled: true },
      pushedAuthorizationRequests: {
        enabled: options.pushedRequests !== undefined,
        requirePushedAuthorizationRequests: options.pushedRequests === 'required',
      },
      ...(options.deviceFlow === undefined ? {} : { deviceFlow: { enabled: true, ...devicePages } }),
      resourceIndicators: {
        enabled: true,
        defaultResource: () => [],
        useGrantedResource: () => true,
        getResourceServerInfo: (_context, resource) => ({
          scope: scopes.join(' '),
          audience: resource,
          accessTokenTTL: ttl,
          accessTokenFormat: 'opaque',
        }),
      },
    },
    ...options.configuration,
  };
}
