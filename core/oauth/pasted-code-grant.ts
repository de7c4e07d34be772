import { z } from 'zod';
import { Secret } from '../secret.ts';
import { errorWords } from '../services/error-words.ts';
import { readHttpDate } from '../untrusted/instant.ts';
import { longestLifetime, noEnd, readSeconds } from '../untrusted/lifetime.ts';
import { withoutEmptyMembers } from '../untrusted/members.ts';
import { plainText } from '../untrusted/plain-text.ts';
import { withoutTokens, withoutValues } from '../untrusted/server-text.ts';
import { isTokenText } from '../untrusted/token-text.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import { wordsOfStatus } from './failure-words.ts';
import { failureOfThrown, malformedReply } from './map-error.ts';
import { OAuthFailure } from './oauth-failure.ts';
import { type Reply, readReply } from './reply.ts';
import { plainReply, type TokenReply } from './token-reply.ts';

/** What a registry made of a code, or of the refresh token that took its place. */
export type ExchangedCode =
  | { readonly kind: 'tokens'; readonly reply: TokenReply }
  /** It says no, which is no word of a standard: a dead code and a fault of its own look alike. */
  | {
      readonly kind: 'refused';
      readonly status: number;
      /** Fit to show; undefined where it gave no reason. */
      readonly words: string | undefined;
      readonly retryAfter: number | undefined;
    };

type Registry = Pick<AuthorizationServer, 'tokenEndpoint' | 'fetch'>;

/**
 * Exchanges a code that a page has shown for tokens; the refresh token of the reply is what is exchanged next. Like a
 * refresh (`refreshTokens`) it is asked for once more where the reply was lost. `now`: milliseconds since the epoch,
 * where the registry does not tell the time. Throws `OAuthFailure`, or a
 * `KeytrayError` of the HTTP port, where the registry did not say what it thinks of the code.
 */
export async function exchangeCode(registry: Registry, code: Secret, now: number): Promise<ExchangedCode> {
  try {
    return readExchange(await ask(registry, code), code, now);
  } catch (error) {
    if (!(error instanceof OAuthFailure && error.replyLost)) throw error;
    return readExchange(await ask(registry, code), code, now);
  }
}

async function ask({ tokenEndpoint, fetch }: Registry, code: Secret): Promise<Reply> {
  try {
    const response = await fetch(tokenEndpoint, {
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        'user-agent': 'keytray',
      },
      redirect: 'manual',
      body: new URLSearchParams({ refresh_token: code.reveal() }).toString(),
    });
    return await readReply(tokenEndpoint, response);
  } catch (thrown) {
    throw failureOfThrown(thrown, tokenEndpoint);
  }
}

const token = z.string().refine(isTokenText);
const tokensSchema = z.object({
  access_token: token,
  refresh_token: token.optional(),
  /** Whole seconds since the epoch. */
  expires_at: z.unknown().optional(),
});
const errorSchema = z.looseObject({ error: z.unknown().refine((error) => error !== undefined && error !== null) });

function readExchange(reply: Reply, code: Secret, now: number): ExchangedCode {
  const { address, json, retryAfter, status } = reply;
  const refused = status === 200 ? errorSchema.safeParse(json).success : status === 400 || status === 401;
  if (refused) return { kind: 'refused', status, words: wordsIn(reply, code), retryAfter };
  if (status !== 200) {
    throw new OAuthFailure(wordsOfStatus(status, address.host), { kind: 'http_status', status }, { retryAfter });
  }
  const read = tokensSchema.safeParse(withoutEmptyMembers(json));
  if (!read.success) throw malformedReply(reply, 'a token reply');
  const { access_token, refresh_token, expires_at } = read.data;
  return {
    kind: 'tokens',
    reply: {
      ...plainReply(new Secret(access_token), lifetimeUntil(expires_at, reply, now)),
      refreshToken: refresh_token === undefined ? undefined : new Secret(refresh_token),
      clockSkew: reply.clockSkew,
    },
  };
}

/** By the registry's own clock, where it tells: ours may be wrong. `now` in milliseconds since the epoch. */
function lifetimeUntil(end: unknown, { headers }: Reply, now: number): number | undefined {
  const at = readSeconds(end);
  if (at === undefined) return undefined;
  const serverTime = readHttpDate(headers.get('date'), now) ?? now;
  const left = Math.max(0, Math.floor(at - serverTime / 1_000));
  return left > longestLifetime ? noEnd : left;
}

function wordsIn({ text }: Reply, code: Secret): string | undefined {
  const said = errorWords(text);
  if (said === undefined) return undefined;
  return plainText(withoutTokens(withoutValues(said, [code.reveal()])), 120) || undefined;
}
