import { createHash, randomBytes } from 'node:crypto';
import { type EmulatorReply, fieldsOf, type HttpEmulator, type RecordedRequest } from '../http-emulator.ts';
import type { TokenMint } from '../token-mint.ts';

/** Who a workspace knows. */
export interface WorkspacePeople {
  /** Signed in at the workspace: the page of `authorize` asks nothing. */
  readonly person: { readonly userName: string; readonly id: string };
  /** Machine to machine. */
  readonly servicePrincipal: { readonly clientId: string; secret: string; readonly id: string };
  /** A personal access token of the person. */
  readonly pat: string;
}

export interface OidcSwitches {
  /** Seconds. */
  accessTokenLife: number;
  /** A refresh token is of use once; the old one is dead at once. */
  singleUseRefresh: boolean;
  /** What the browser brings back. */
  authorize: 'approve' | 'deny' | 'wrong_state';
  /** The redirect carries `iss`, as after a login that named no host. */
  sendsIss: boolean;
}

export interface OidcState {
  /** Valid refresh tokens and whose they are. */
  readonly refreshTokens: Map<string, string>;
  readonly accessTokens: string[];
}

interface Code {
  readonly challenge: string;
  readonly redirectUri: string;
  readonly scope: string;
}

const oauthError = (status: number, error: string, error_description: string): EmulatorReply => ({
  status,
  body: { error, error_description },
});

const redirectUri = /^http:\/\/localhost:80(?:2\d|3\d|40)$/;
/** The workspace's own, an account's, and the parts they share. */
const route =
  /^\/oidc(?<account>\/accounts\/[\w-]+)?\/(?<end>v1\/authorize|v1\/token|\.well-known\/oauth-authorization-server)$/;

export interface OidcParts {
  readonly http: () => HttpEmulator;
  readonly mint: () => TokenMint;
  readonly people: WorkspacePeople;
  readonly switches: OidcSwitches;
  readonly state: OidcState;
}

/** The sign-in of a Databricks workspace: `databricks-cli` with PKCE, single-use refresh tokens, service principals. */
export function createOidc({ http, mint, people, switches, state }: OidcParts) {
  const codes = new Map<string, Code>();

  const metadata = (base: string): EmulatorReply => ({
    body: {
      issuer: base,
      authorization_endpoint: `${base}/v1/authorize`,
      token_endpoint: `${base}/v1/token`,
      jwks_uri: `${http().url}/oidc/jwks.json`,
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
      code_challenge_methods_supported: ['S256'],
      scopes_supported: ['all-apis', 'offline_access', 'sql', 'email', 'openid', 'profile'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    },
  });

  const authorize = ({ query }: RecordedRequest, base: string): EmulatorReply => {
    const redirect = query.get('redirect_uri') ?? '';
    if (query.get('client_id') !== 'databricks-cli') return page(400, 'OAuth application not found');
    if (!redirectUri.test(redirect)) return page(400, 'redirect_uri is not registered for this client');
    const state = query.get('state');
    const challenge = query.get('code_challenge');
    const sound =
      query.get('response_type') === 'code' && query.get('code_challenge_method') === 'S256' && challenge && state;
    if (!sound) return page(400, 'code_challenge (S256) and state are required');
    const back = new URL(redirect);
    back.searchParams.set('state', switches.authorize === 'wrong_state' ? 'another' : state);
    if (switches.sendsIss) back.searchParams.set('iss', base);
    if (switches.authorize === 'deny') {
      back.searchParams.set('error', 'access_denied');
      back.searchParams.set('error_description', 'The user denied the request');
    } else {
      const code = randomBytes(24).toString('base64url');
      codes.set(code, { challenge, redirectUri: redirect, scope: query.get('scope') ?? '' });
      back.searchParams.set('code', code);
    }
    return { status: 302, headers: { location: back.href.replace('/?', '?') } };
  };

  const token = async (request: RecordedRequest): Promise<EmulatorReply> => {
    const form = fieldsOf(request);
    switch (form.grant_type) {
      case 'authorization_code': {
        const code = codes.get(String(form.code));
        codes.delete(String(form.code));
        const sound =
          code !== undefined &&
          form.client_id === 'databricks-cli' &&
          form.redirect_uri === code.redirectUri &&
          createHash('sha256').update(String(form.code_verifier)).digest('base64url') === code.challenge;
        if (!sound) return oauthError(400, 'invalid_grant', 'Authorization code is invalid');
        return answer(people.person.userName, code.scope, code.scope.split(' ').includes('offline_access'));
      }
      case 'refresh_token': {
        const given = String(form.refresh_token);
        const owner = state.refreshTokens.get(given);
        const sound = owner !== undefined && form.client_id === 'databricks-cli';
        if (!sound) return oauthError(400, 'invalid_grant', 'Refresh token is invalid');
        if (!switches.singleUseRefresh) return answer(owner, 'all-apis offline_access', false, given);
        state.refreshTokens.delete(given);
        return answer(owner, 'all-apis offline_access', true);
      }
      case 'client_credentials': {
        const { clientId, secret } = people.servicePrincipal;
        const basic = `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`;
        if (request.headers.authorization !== basic) {
          return oauthError(401, 'invalid_client', 'Client authentication failed');
        }
        if (form.scope !== 'all-apis') return oauthError(400, 'invalid_scope', 'Unknown scope');
        return answer(clientId, 'all-apis', false);
      }
      default:
        return oauthError(400, 'unsupported_grant_type', 'Grant type is not supported');
    }
  };

  const answer = async (sub: string, scope: string, fresh: boolean, kept?: string): Promise<EmulatorReply> => {
    const { token } = await mint().mint({ sub, aud: 'workspace', scope }, switches.accessTokenLife, http().now());
    state.accessTokens.push(token);
    const refresh = fresh ? `doau${randomBytes(24).toString('base64url')}` : kept;
    if (refresh !== undefined) state.refreshTokens.set(refresh, sub);
    return {
      headers: { 'cache-control': 'no-store' },
      body: {
        access_token: token,
        ...(refresh === undefined ? {} : { refresh_token: refresh }),
        scope,
        token_type: 'Bearer',
        expires_in: switches.accessTokenLife,
      },
    };
  };

  /** Undefined: another path. */
  return async (request: RecordedRequest): Promise<EmulatorReply | undefined> => {
    if (request.path === '/oidc/jwks.json') return { body: mint().keys };
    const groups = route.exec(request.path)?.groups;
    if (groups === undefined) return undefined;
    const base = `${http().url}/oidc${groups.account ?? ''}`;
    switch (`${request.method} ${groups.end}`) {
      case 'GET .well-known/oauth-authorization-server':
        return metadata(base);
      case 'GET v1/authorize':
        return authorize(request, base);
      case 'POST v1/token':
        return token(request);
      default:
        return { status: 405 };
    }
  };
}

const page = (status: number, words: string): EmulatorReply => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: `<!doctype html><title>Databricks</title><p>${words}</p>`,
});
