import { Secret } from '../secret.ts';
import type { AccountSettings } from '../services/service.ts';
import { loadClient } from './client-library.ts';

/** One authorization request, and what is needed to judge its answer. Lives as long as the pending login. */
export interface Authorization {
  /** What is asked for, by the names of the wire; `AuthorizationAddress` tells where. */
  readonly parameters: URLSearchParams;
  readonly state: Secret;
  /** Set whenever `openid` is asked for. */
  readonly nonce: Secret | undefined;
  readonly codeVerifier: Secret;
  /** Character for character as registered; `http://127.0.0.1:PORT` has no trailing slash. */
  readonly redirectUri: string;
}

/** Builds the authorization request (RFC 6749 §4.1.1, PKCE S256 as RFC 7636 §4.3, `resource` as RFC 8707 §2). */
export async function beginAuthorization(
  settings: AccountSettings,
  redirectUri: string,
  options: { readonly loginHint?: string | undefined; readonly prompt?: string | undefined } = {},
): Promise<Authorization> {
  const client = await loadClient();
  const codeVerifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = settings.scopes.includes('openid') ? client.randomNonce() : undefined;

  const parameters = new URLSearchParams(settings.authorizationParams);
  const add = (name: string, value: string | undefined) => value !== undefined && parameters.set(name, value);
  add('prompt', options.prompt ?? settings.prompt ?? parameters.get('prompt') ?? defaultPrompt(settings.scopes));
  add('login_hint', options.loginHint);
  add('audience', settings.audience);
  add('resource', settings.resource);
  add('scope', settings.scopes.length === 0 ? undefined : settings.scopes.join(' '));
  // Last, so that no configured parameter can weaken the request.
  parameters.delete('request');
  parameters.delete('request_uri');
  parameters.set('response_type', 'code');
  parameters.set('client_id', settings.clientId);
  parameters.set('redirect_uri', redirectUri);
  parameters.set('code_challenge', await client.calculatePKCECodeChallenge(codeVerifier));
  parameters.set('code_challenge_method', 'S256');
  parameters.set('state', state);
  if (nonce === undefined) parameters.delete('nonce');
  else parameters.set('nonce', nonce);

  return {
    parameters,
    state: new Secret(state),
    nonce: nonce === undefined ? undefined : new Secret(nonce),
    codeVerifier: new Secret(codeVerifier),
    redirectUri,
  };
}

/** OpenID Connect Core §11: without consent the server ignores `offline_access`, and there is no refresh token. */
const defaultPrompt = (scopes: readonly string[]): string | undefined =>
  scopes.includes('offline_access') ? 'consent' : undefined;
