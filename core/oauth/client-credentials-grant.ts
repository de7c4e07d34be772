import type { AccountSettings } from '../services/service.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import { requestTokens } from './token-endpoint.ts';
import type { TokenReply } from './token-reply.ts';

/** What a token is asked for, where it is not what the account says. */
export interface ClientTokenTarget {
  readonly audience?: string | undefined;
  /** Space-separated. */
  readonly scope?: string | undefined;
}

/**
 * A token for the client itself (RFC 6749 §4.4), with the audience as many servers want it and the resource of RFC 8707
 * §2.2. Asking again costs nothing but the request, so that nothing is repeated here. Throws `OAuthFailure`.
 */
export async function requestClientToken(
  server: AuthorizationServer,
  settings: Pick<AccountSettings, 'scopes' | 'audience' | 'resource'>,
  target: ClientTokenTarget = {},
): Promise<TokenReply> {
  const parameters = new URLSearchParams();
  const scope = target.scope ?? settings.scopes.join(' ');
  const audience = target.audience ?? settings.audience;
  if (scope !== '') parameters.set('scope', scope);
  if (audience !== undefined) parameters.set('audience', audience);
  if (settings.resource !== undefined) parameters.set('resource', settings.resource);
  return await requestTokens(
    server,
    (client, configuration) => client.clientCredentialsGrant(configuration, parameters),
    // Such a token is nobody's: an ID token beside it names no person.
    { idToken: 'may be dropped' },
  );
}
