import type { Http, TlsSettings } from '../../core/ports.ts';
import type { AccountSettings } from '../../core/services/service.ts';

export {
  type AuthorizationServerOptions,
  type RunningAuthorizationServer,
  startAuthorizationServer,
} from '../../demo/authorization-server.ts';

/** Settings of one account at a server under test, as `service: oidc` would make them. */
export function accountSettings(overrides: Partial<AccountSettings> = {}): AccountSettings {
  return {
    id: 'lab',
    service: 'oidc',
    title: 'Lab',
    grant: { kind: 'authorization_code' },
    fields: [],
    url: undefined,
    settings: {},
    present: { kind: 'bearer' },
    preAuthenticate: false,
    clientId: 'keytray',
    clientSecret: 'optional',
    issuer: undefined,
    endpoints: noEndpoints,
    scopes: ['openid', 'offline_access', 'profile', 'email'],
    audience: undefined,
    resource: undefined,
    username: 'oauth2',
    prompt: undefined,
    authorizationParams: {},
    redirect: { host: '127.0.0.1', ports: 'any', path: '/callback' },
    expect: undefined,
    tls: { ca: undefined, verify: true },
    store: 'memory',
    refresh: 'on-demand',
    refreshRevokesAccess: undefined,
    deadTokenErrors: [],
    browser: undefined,
    environment: undefined,
    variables: { always: {} },
    serves: {},
    ...overrides,
  };
}

export const noEndpoints: AccountSettings['endpoints'] = {
  authorizationEndpoint: undefined,
  tokenEndpoint: undefined,
  revocationEndpoint: undefined,
  deviceAuthorizationEndpoint: undefined,
  userinfoEndpoint: undefined,
  jwksUri: undefined,
};

export const plainTls: TlsSettings = { ca: undefined, verify: true };

/** The fetch of an account, through a port under test. */
export const fetchOf = (http: Http) => http.fetchFor(plainTls);
