import type { Secret } from '../secret.ts';
import type { AccountSettings } from '../services/service.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import { OAuthFailure } from './oauth-failure.ts';
import { type Received, requestTokens } from './token-endpoint.ts';
import type { TokenReply } from './token-reply.ts';

export interface RefreshOptions {
  /** A token for another audience than the account's own. */
  readonly audience?: string | undefined;
  /** Fewer scopes than were granted; space-separated. */
  readonly scope?: string | undefined;
  /** Keeps what has come before anything else is asked of the server. */
  readonly received?: Received | undefined;
}

/**
 * Spends a refresh token (RFC 6749 §6). A reply without a refresh token means the old one stays good. `resource`
 * (RFC 8707 §2.2) and `audience` are repeated, as servers forget them otherwise.
 *
 * Where the reply was lost the same request is made once more, at once: the server may have rotated the token, and
 * those that forgive a second use do so for seconds only. Throws `OAuthFailure`.
 */
export async function refreshTokens(
  server: AuthorizationServer,
  settings: AccountSettings,
  refreshToken: Secret,
  options: RefreshOptions = {},
): Promise<TokenReply> {
  const parameters = new URLSearchParams();
  const audience = options.audience ?? settings.audience;
  if (audience !== undefined) parameters.set('audience', audience);
  if (settings.resource !== undefined) parameters.set('resource', settings.resource);
  if (options.scope !== undefined) parameters.set('scope', options.scope);
  const request = () =>
    requestTokens(
      server,
      (client, configuration) => client.refreshTokenGrant(configuration, refreshToken.reveal(), parameters),
      { idToken: 'may be dropped', received: options.received },
    );
  try {
    return await request();
  } catch (error) {
    if (!(error instanceof OAuthFailure && error.replyLost)) throw error;
    return await request();
  }
}
