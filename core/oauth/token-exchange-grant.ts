import type { Secret } from '../secret.ts';
import type { Exchange } from '../services/grant.ts';
import type { AccountSettings } from '../services/service.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import type { ClientTokenTarget } from './client-credentials-grant.ts';
import { requestTokens } from './token-endpoint.ts';
import type { TokenReply } from './token-reply.ts';

const urn = 'urn:ietf:params:oauth';

/**
 * Exchanges the token of another account (RFC 8693 §2.1), or shows it as an assertion where the server wants that
 * (RFC 7523 §2.1). It is not spent by it. Throws `OAuthFailure`.
 */
export async function exchangeToken(
  server: AuthorizationServer,
  settings: Pick<AccountSettings, 'scopes' | 'audience' | 'resource'>,
  { exchange, subjectToken, requestedTokenType }: Exchange,
  subject: Secret,
  target: ClientTokenTarget = {},
): Promise<TokenReply> {
  const asAssertion = exchange === 'jwt-bearer';
  const given: Readonly<Record<string, string | undefined>> = {
    ...(asAssertion
      ? { assertion: subject.reveal() }
      : { subject_token: subject.reveal(), subject_token_type: `${urn}:token-type:${subjectToken}` }),
    requested_token_type: requestedTokenType,
    scope: target.scope ?? (settings.scopes.join(' ') || undefined),
    audience: target.audience ?? settings.audience,
    resource: settings.resource,
  };
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) if (value !== undefined) parameters.set(name, value);
  return await requestTokens(
    server,
    (client, configuration) => client.genericGrantRequest(configuration, `${urn}:grant-type:${exchange}`, parameters),
    // Whose token it is, the subject's own sign-in has told.
    { idToken: 'may be dropped' },
  );
}
