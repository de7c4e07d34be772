import { Secret } from '../secret.ts';
import { plainText } from '../untrusted/plain-text.ts';
import { isErrorCode, withoutTokens } from '../untrusted/server-text.ts';
import type { Authorization } from './authorization-request.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import { withIdentity } from './identity.ts';
import { type Refused, requestTokens } from './token-endpoint.ts';
import type { TokenReply } from './token-reply.ts';

export type RedirectVerdict =
  /** Not the answer to our request: it changes nothing. */
  | { readonly kind: 'stray'; readonly why: string }
  /** The authorization server says no (RFC 6749 §4.1.2.1). */
  | { readonly kind: 'denied'; readonly error: string; readonly description: string | undefined }
  | { readonly kind: 'answer'; readonly url: URL };

export interface ExpectedRedirect {
  readonly redirectUri: string;
  readonly state: Secret;
  readonly issuer: string | undefined;
  /** The server promises `iss` in every answer (RFC 9207 §3). */
  readonly issuerRequired: boolean;
}

/**
 * Judges one request to the redirect URI: path, `state`, `iss` (RFC 9207 §2.4), and only then `error` and `code`.
 * Whoever does not know `state` learns nothing and changes nothing.
 */
export function judgeRedirect(url: URL, expected: ExpectedRedirect): RedirectVerdict {
  const redirect = new URL(expected.redirectUri);
  if (url.origin !== redirect.origin || url.pathname !== redirect.pathname) return stray('another address');
  const names = [...url.searchParams.keys()];
  if (new Set(names).size !== names.length) return stray('a parameter given twice');

  const state = url.searchParams.get('state');
  if (state === null) return stray('no state');
  if (!new Secret(state).equals(expected.state)) return stray('another state');

  const issuer = url.searchParams.get('iss');
  if (issuer === null && expected.issuerRequired) return stray('no iss');
  if (issuer !== null && expected.issuer !== undefined && issuer !== expected.issuer) return stray('another iss');

  const error = url.searchParams.get('error');
  if (error !== null) {
    const description = url.searchParams.get('error_description');
    return {
      kind: 'denied',
      error: isErrorCode(error) ? error : 'unknown_error',
      description: description === null ? undefined : plainText(withoutTokens(description)),
    };
  }
  if ((url.searchParams.get('code') ?? '') === '') return stray('no code');
  return { kind: 'answer', url };
}

const stray = (why: string): RedirectVerdict => ({ kind: 'stray', why });

/**
 * Exchanges the code of a judged answer (RFC 6749 §4.1.3, RFC 7636 §4.5) and checks the ID token and its nonce
 * (OpenID Connect Core §3.1.3.7). `clockSkew` is the server's clock minus ours in seconds.
 * Throws `OAuthFailure`.
 */
export async function completeAuthorization(
  server: AuthorizationServer,
  authorization: Authorization,
  url: URL,
  options: { readonly clockSkew?: number | undefined; readonly refused?: Refused | undefined } = {},
): Promise<TokenReply> {
  const answer = new URL(url);
  // Judged already; without an issuer the library would compare `iss` with a stand-in.
  if (server.issuer === undefined) answer.searchParams.delete('iss');
  const reply = await requestTokens(
    server,
    (client, configuration) =>
      client.authorizationCodeGrant(
        configuration,
        answer,
        {
          expectedState: authorization.state.reveal(),
          pkceCodeVerifier: authorization.codeVerifier.reveal(),
          idTokenExpected: server.issuer !== undefined && authorization.nonce !== undefined,
          ...(server.issuer !== undefined && authorization.nonce !== undefined
            ? { expectedNonce: authorization.nonce.reveal() }
            : {}),
        },
        server.resource === undefined ? {} : { resource: server.resource },
      ),
    {
      clockSkew: options.clockSkew,
      redirectUri: authorization.redirectUri,
      idToken: 'must be valid',
      refused: options.refused,
    },
  );
  return await withIdentity(server, reply, options.refused);
}
