import type { IncomingMessage } from 'node:http';
import type { Clock } from '../ports.ts';
import type { Endpoint, EndpointAnswer } from './program-endpoints.ts';
import { answerWithToken, errorAnswer, readBody, type TokenSource } from './token-answer.ts';

export interface Auth0Token {
  /** Of the account; a request that names another is refused. */
  readonly audience: string | undefined;
  readonly token: TokenSource;
  readonly clock: Clock;
}

/** Seconds, where the end is not known: Auth0's own default for an API. */
const longest = 86_400;

/**
 * A token endpoint as Auth0's (RFC 6749 §4.4, in JSON too), which gives out the account's token. The client's id and
 * secret are not looked at: who may ask is decided by the path.
 */
export function auth0Token({ audience, token, clock }: Auth0Token): Pick<Endpoint, 'answer'> {
  const answer = async (request: IncomingMessage): Promise<EndpointAnswer | undefined> => {
    if (request.method !== 'POST') return undefined;
    const body = await readBody(request);
    const asked = body === undefined ? undefined : readParameters(request.headers['content-type'], body);
    if (asked === undefined) return errorAnswer(400, 'invalid_request', 'the request is neither a form nor JSON');
    if (asked.get('grant_type') !== 'client_credentials') {
      return errorAnswer(403, 'access_denied', 'this endpoint knows the grant client_credentials only');
    }
    const wanted = asked.get('audience');
    if (wanted !== undefined && wanted !== audience) {
      return errorAnswer(403, 'access_denied', 'this endpoint gives tokens for the audience of its account only');
    }
    return await answerWithToken(token, (held) => ({
      access_token: held.token.reveal(),
      token_type: held.tokenType,
      expires_in: held.expiresAt === undefined ? longest : rest(held.expiresAt - clock.now()),
      scope: held.scope ?? '',
    }));
  };
  return { answer };
}

const rest = (milliseconds: number): number => Math.max(0, Math.floor(milliseconds / 1_000));

function readParameters(type: string | undefined, body: string): ReadonlyMap<string, string> | undefined {
  switch (type?.split(';')[0]?.trim().toLowerCase()) {
    case 'application/json':
      return readJson(body);
    case 'application/x-www-form-urlencoded': {
      const given = new URLSearchParams(body);
      const names = [...given.keys()];
      // RFC 6749 §3.2: none may be there twice.
      return new Set(names).size === names.length ? new Map(given) : undefined;
    }
    default:
      return undefined;
  }
}

function readJson(body: string): ReadonlyMap<string, string> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return new Map(Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string'));
  } catch {
    return undefined;
  }
}
