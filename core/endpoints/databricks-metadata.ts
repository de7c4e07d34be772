import type { IncomingMessage } from 'node:http';
import type { Clock } from '../ports.ts';
import type { Endpoint, EndpointAnswer } from './program-endpoints.ts';
import { answerWithToken, errorAnswer, type TokenSource } from './token-answer.ts';

export interface DatabricksMetadata {
  /** URL of the workspace or account the tokens are for. */
  readonly host: string;
  readonly token: TokenSource;
  readonly clock: Clock;
}

/** Seconds until a client asks again for a token whose end is not known. */
const askAgain = 3_600;

/**
 * Databricks' metadata service, as their SDKs ask it with `auth_type = metadata-service`: one version, one host, a
 * plain GET (databricks-sdk-go, config/auth_metadata_service.go).
 */
export function databricksMetadata({ host, token, clock }: DatabricksMetadata): Pick<Endpoint, 'answer'> {
  const own = comparable(host);
  const answer = async ({ method, headers }: IncomingMessage): Promise<EndpointAnswer | undefined> => {
    if (method !== 'GET') return undefined;
    const { 'x-databricks-metadata-version': version, 'x-databricks-host': asked } = headers;
    if (version !== '1') return errorAnswer(400, 'invalid_request', 'X-Databricks-Metadata-Version must be 1');
    if (typeof asked !== 'string' || own === undefined || comparable(asked) !== own) {
      return errorAnswer(403, 'access_denied', 'X-Databricks-Host is not the host of this account');
    }
    return await answerWithToken(token, (held) => ({
      access_token: held.token.reveal(),
      token_type: 'Bearer',
      expires_on: Math.floor((held.expiresAt ?? clock.now() + askAgain * 1_000) / 1_000),
    }));
  };
  return { answer };
}

/** SDKs differ in the slash at the end, in the default port and in capitals; some leave the scheme out. */
function comparable(host: string): string | undefined {
  return URL.parse(/^https?:\/\//i.test(host) ? host : `https://${host}`)?.origin;
}
