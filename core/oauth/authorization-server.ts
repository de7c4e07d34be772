import type { Configuration, CustomFetch } from 'openid-client';
import { KeytrayError } from '../errors.ts';
import { isLoopback } from '../platform/loopback-host.ts';
import type { Fetch } from '../ports.ts';
import type { Secret } from '../secret.ts';
import { traitsOf } from '../services/grant.ts';
import type { AccountSettings, ClientAuthMethod } from '../services/service.ts';
import { ClientAuthentication } from './client-authentication.ts';
import { type ClientLibrary, loadClient } from './client-library.ts';
import { IdTokenSignature } from './id-token-signature.ts';
import { libraryFetch } from './library-fetch.ts';
import { userinfoAlgorithms } from './metadata.ts';
import { OAuthFailure } from './oauth-failure.ts';
import {
  besideTokens,
  type Described,
  describeServer,
  movedTo,
  type PushedRequests,
  pushedRequestsOf,
  type TokenEndpoints,
} from './server-description.ts';
import type { EmailRules } from './token-reply.ts';

/** One authorization server as one account uses it. */
export interface AuthorizationServer {
  /** Undefined where endpoints are given by hand without one: then there is no `iss` check and no identity. */
  readonly issuer: string | undefined;
  /** The server promises `iss` in authorization responses (RFC 9207 §3). */
  readonly issuerRequired: boolean;
  readonly configuration: Configuration;
  /** Undefined where the server cannot revoke. */
  readonly revocationEndpoint: URL | undefined;
  readonly userinfoEndpoint: URL | undefined;
  /** Undefined where the server offers no sign-in by device code (RFC 8628 §4). */
  readonly deviceAuthorizationEndpoint: URL | undefined;
  /** Where the server takes authorization requests ahead of the browser (RFC 9126). Undefined where it does not. */
  readonly pushedRequests: PushedRequests | undefined;
  /** Where the server registers clients (RFC 7591 §3), wherever that is. Undefined where it does not. */
  readonly registrationEndpoint: URL | undefined;
  readonly tokenEndpoint: URL;
  /** Where the API that takes its tokens is, where the server says. */
  readonly service: URL | undefined;
  readonly resource: string | undefined;
  /** Empty where the account's client is yet to be registered. */
  readonly clientId: string;
  /** The client was registered by us. */
  readonly clientRegistered: boolean;
  readonly clientAuthentication: ClientAuthentication;
  readonly idTokenSignature: IdTokenSignature;
  /** The same for answers of userinfo that are signed. */
  readonly userinfoSignature: IdTokenSignature;
  readonly emailRules: EmailRules;
  /** Nobody in between can forge what its token endpoint says: verified TLS, or loopback. */
  readonly trusted: boolean;
  /** Server clock minus ours in seconds, from the metadata's `Date` or as the caller knew it. */
  readonly clockSkew: number | undefined;
  readonly fetch: Fetch;
  /** A configuration of its own for one exchange, so that its answer can be watched. */
  configure(options: { readonly fetch: CustomFetch; readonly clockSkew: number | undefined }): Configuration;
  /** The same server as a client of ours uses it that was registered there. */
  as(clientId: string): AuthorizationServer;
  /** The same server with its tokens sent elsewhere than its metadata says. */
  at(endpoints: TokenEndpoints): AuthorizationServer;
  /**
   * The same server as it may be sent tokens that no verified ID token says are its own: metadata can name the token
   * endpoint of another server, and the tokens of that one must not go on to endpoints elsewhere. Those that the
   * configuration names stay.
   */
  unvouched(): AuthorizationServer;
}

export interface DiscoveryDeps {
  /** Bounded in time (`timedFetch`): the library's own limit is off. */
  readonly fetch: Fetch;
  readonly clientSecret: Secret | undefined;
  /** Server clock minus ours in seconds, where a token reply told it. */
  readonly clockSkew?: number | undefined;
  /** How the client authenticated after the server had refused another method. */
  readonly learnedClientAuth?: ClientAuthMethod | undefined;
  /** Told when the server refuses one method and accepts another. */
  readonly learnClientAuth?: ((method: ClientAuthMethod) => void) | undefined;
}

/**
 * Finds the authorization server of an account: metadata of the issuer (OpenID Connect Discovery, RFC 8414), with
 * endpoints given by hand on top; or those alone. Endpoints are used as given.
 * Throws `OAuthFailure`, or `KeytrayError` `misconfigured` where the configuration does not say enough.
 */
export async function discoverAuthorizationServer(
  settings: AccountSettings,
  deps: DiscoveryDeps,
): Promise<AuthorizationServer> {
  if (settings.clientSecret === 'required' && settings.secretForBrowserOnly !== true && !deps.clientSecret) {
    throw needsSecret(settings);
  }
  const described = await describeServer(settings, deps.fetch);
  const methods = described.metadata.code_challenge_methods_supported;
  const byBrowser = traitsOf(settings.grant.kind).signIn === 'browser';
  if (byBrowser && methods !== undefined && !methods.includes('S256')) {
    const what = 'the authorization server does not support PKCE with S256';
    throw new OAuthFailure('the server cannot protect the sign-in as Keytray requires', { kind: 'rejected', what });
  }
  if (pushedRequestsOf(settings, described.metadata) === 'missing') {
    const what = 'the metadata requires pushed authorization requests and names no endpoint for them';
    throw new OAuthFailure('the server does not say where it takes sign-ins', { kind: 'rejected', what });
  }
  return assemble(await loadClient(), settings, described, {
    ...deps,
    clockSkew: deps.clockSkew ?? described.clockSkew,
  });
}

export function needsSecret({ id, title, secretForBrowserOnly }: AccountSettings): KeytrayError {
  const where = secretForBrowserOnly === true ? ' to sign in with a browser; with a code it needs none' : '';
  return new KeytrayError('misconfigured', `${title} needs a client secret${where}`, {
    account: id,
    fix: 'set_client_secret',
  });
}

function assemble(
  client: ClientLibrary,
  settings: AccountSettings,
  { issuer, metadata, service }: Pick<Described, 'issuer' | 'metadata' | 'service'>,
  deps: DiscoveryDeps,
  registered?: string,
): AuthorizationServer {
  const clientId = registered ?? settings.clientId;
  const tokenEndpoint = new URL(metadata.token_endpoint);
  const pushedRequests = pushedRequestsOf(settings, metadata);
  const vouched = besideTokens(settings, metadata);
  const url = (text: string | undefined) => (text === undefined ? undefined : new URL(text));
  const authentication = new ClientAuthentication(
    {
      clientId,
      secret: deps.clientSecret,
      configured: settings.clientAuth,
      listed: metadata.token_endpoint_auth_methods_supported,
      byHand: metadata.response_types_supported === undefined,
      learned: deps.learnedClientAuth,
    },
    deps.learnClientAuth,
  );
  const signer = { clientSecret: deps.clientSecret, keys: url(metadata.jwks_uri) };
  const idTokenSignature = new IdTokenSignature({
    ...signer,
    listed: metadata.id_token_signing_alg_values_supported,
  });
  const userinfoSignature = new IdTokenSignature({ ...signer, listed: userinfoAlgorithms(metadata) });
  // Without a list the library takes RS256 alone; it never sees a signature, which is checked here.
  const judged = { ...metadata, id_token_signing_alg_values_supported: [...idTokenSignature.algorithms] };

  const configure: AuthorizationServer['configure'] = ({ fetch, clockSkew }) => {
    const configuration = new client.Configuration(
      judged,
      // A registry knows no clients, and the library wants one named. It is sent nowhere.
      clientId || 'none',
      { [client.clockSkew]: clockSkew ?? deps.clockSkew ?? 0, [client.clockTolerance]: 30 },
      authentication.apply,
    );
    configuration[client.customFetch] = fetch;
    // The library's limit runs in real time; that of `deps.fetch` runs on the clock port.
    configuration.timeout = 0;
    // The metadata was checked: plain http is on this machine.
    if (tokenEndpoint.protocol === 'http:') client.allowInsecureRequests(configuration);
    return configuration;
  };

  const at: AuthorizationServer['at'] = (endpoints) =>
    assemble(
      client,
      settings,
      { issuer, metadata: movedTo(metadata, endpoints), service: endpoints.service ?? service },
      deps,
      registered,
    );

  return {
    issuer,
    issuerRequired: issuer !== undefined && metadata.authorization_response_iss_parameter_supported === true,
    configuration: configure({ fetch: libraryFetch(deps.fetch), clockSkew: undefined }),
    revocationEndpoint: url(metadata.revocation_endpoint),
    userinfoEndpoint: url(metadata.userinfo_endpoint),
    // What is registered for one sign-in has a browser for it, and no code.
    deviceAuthorizationEndpoint: settings.registersClient === true ? undefined : url(vouched.device),
    pushedRequests: pushedRequests === 'missing' ? undefined : pushedRequests,
    registrationEndpoint: url(metadata.registration_endpoint),
    tokenEndpoint,
    service: url(service),
    resource: settings.resource,
    clientId,
    clientRegistered: registered !== undefined,
    clientAuthentication: authentication,
    idTokenSignature,
    userinfoSignature,
    emailRules: {
      verifiedAsText: settings.emailVerifiedAsText === true,
      needed: settings.expect?.email !== undefined,
    },
    trusted: isLoopback(tokenEndpoint.hostname) || (tokenEndpoint.protocol === 'https:' && settings.tls.verify),
    clockSkew: deps.clockSkew,
    fetch: deps.fetch,
    configure,
    as: (client_id) => assemble(client, settings, { issuer, metadata, service }, deps, client_id),
    at,
    unvouched: () => at(vouched),
  };
}
