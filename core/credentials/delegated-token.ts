import { z } from 'zod';
import { KeytrayError } from '../errors.ts';
import { parseRetryAfter } from '../oauth/reply.ts';
import type { Fetch } from '../ports.ts';
import { Secret } from '../secret.ts';
import { isInstant, readHttpDate } from '../untrusted/instant.ts';
import { plainText } from '../untrusted/plain-text.ts';
import { withoutTokens, withoutValues } from '../untrusted/server-text.ts';
import { isTokenText } from '../untrusted/token-text.ts';

/** A token that Datadog gives for a proof of who we are at AWS. */
export interface DelegatedToken {
  readonly token: Secret;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** The same as the exchange brought it. */
export interface ExchangedToken extends DelegatedToken {
  /** Whole seconds from now, by the clock of the service: ours may be wrong. */
  readonly lifetime: number;
}

export type DelegatedReply =
  | { readonly kind: 'token'; readonly token: DelegatedToken }
  /** 401: AWS does not take the proof; 403: it does, but the identity is nobody's at Datadog. */
  | { readonly kind: 'refused'; readonly status: 401 | 403; readonly words: string }
  | { readonly kind: 'failed'; readonly failure: KeytrayError };

/** Where Datadog does not tell the end (its own clients do the same). Milliseconds. */
const assumedLife = 15 * 60_000;

/** Milliseconds. AWS takes a request signed up to a quarter of an hour off; clocks that far off are wrong long before. */
const toleratedSkew = 300_000;

const replySchema = z.object({
  data: z.object({ attributes: z.object({ access_token: z.string(), expires: z.unknown().optional() }) }),
});
const errorSchema = z.object({ errors: z.array(z.string()).min(1) });

/** `now` in milliseconds since the epoch; `sent`: what the answer may repeat. Pure. */
export function readDelegatedReply(
  { status, body }: { readonly status: number; readonly body: string },
  { host, sent, now }: { readonly host: string; readonly sent: readonly string[]; readonly now: number },
): DelegatedReply {
  const json = parsed(body);
  if (status === 200) {
    const reply = replySchema.safeParse(json);
    const token = reply.success ? reply.data.data.attributes.access_token : '';
    if (!reply.success || !isTokenText(token)) return failed('temporarily_unavailable', `${host} sent no token`);
    return { kind: 'token', token: { token: new Secret(token), expiresAt: endOf(reply.data, now) } };
  }
  const said = errorSchema.safeParse(json);
  const told = said.success ? withoutValues(said.data.errors.join(', '), sent) : '';
  // An ARN may look like a token, and is looked for in these.
  if (said.success && (status === 401 || status === 403)) return { kind: 'refused', status, words: plainText(told) };
  const words = plainText(withoutTokens(told));
  if (status === 404) return failed('misconfigured', `${host} has no delegated tokens; check the site of the account`);
  if (status === 400) return failed('misconfigured', `${host} does not take the request${words && `: ${words}`}`);
  return failed('temporarily_unavailable', `${host} answers ${status}${words && `: ${words}`}`);
}

function endOf({ data }: z.infer<typeof replySchema>, now: number): number {
  const { expires } = data.attributes;
  const seconds = /^\d+$/.test(String(expires)) ? Number(expires) : Number.NaN;
  return isInstant(seconds * 1_000) ? seconds * 1_000 : now + assumedLife;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function failed(code: 'misconfigured' | 'temporarily_unavailable', message: string): DelegatedReply {
  return { kind: 'failed', failure: new KeytrayError(code, message) };
}

/** Milliseconds our clock must go forward to agree with `date`; undefined where they agree well enough. Pure. */
export function clockError(date: string | null, now: number): number | undefined {
  const serverTime = readHttpDate(date, now);
  if (serverTime === undefined || Math.abs(serverTime - now) <= toleratedSkew) return undefined;
  return serverTime - now;
}

export interface Exchange {
  readonly fetch: Fetch;
  /** `https://api.SITE/api/v2/delegated-token` */
  readonly endpoint: URL;
  now(): number;
  /** Milliseconds since the epoch. */
  sign(at: number): Promise<Secret>;
  /** Of the AWS session: a proof shows the token to whom it is sent, who may repeat it in an error. */
  readonly secrets: readonly Secret[];
  readonly identity: ProvenIdentity;
}

/** Who we are at AWS, as far as that is known without asking. */
export interface ProvenIdentity {
  readonly arn: string | undefined;
  /** No secret: AWS shows it in its logs, so that the identity can be found by it. */
  readonly accessKeyId: string;
  /** What prints the ARN, as a sentence without its full stop. */
  readonly learn: string;
  /** What to do where the session has ended, likewise. */
  readonly renew: string;
}

/**
 * Exchanges a proof for a token. A proof refused while the clocks disagree is signed once more with the server's time.
 * Throws `KeytrayError`.
 */
export async function exchangeProof(exchange: Exchange): Promise<ExchangedToken> {
  const { fetch, endpoint, now, sign, secrets, identity } = exchange;
  const { host } = endpoint;
  let ahead = 0;
  for (;;) {
    const at = now() + ahead;
    const proof = await sign(at);
    const { date, retryAfter, ...answer } = await ask(fetch, endpoint, proof);
    const serverTime = readHttpDate(date, now()) ?? now();
    const sent = [proof, ...secrets].flatMap((secret) => secret.reveal().split('|'));
    const reply = readDelegatedReply(answer, { host, sent, now: serverTime });
    if (reply.kind === 'token') return { ...reply.token, lifetime: secondsUntil(reply.token.expiresAt, serverTime) };
    if (reply.kind === 'failed') throw withRetryAfter(reply.failure, parseRetryAfter(retryAfter, serverTime));
    const skew = clockError(date, now());
    if (skew === undefined) throw refusal(reply, host, identity);
    if (ahead !== 0) throw clockFailure(skew, host);
    ahead = skew;
  }
}

const secondsUntil = (at: number, now: number): number => Math.max(0, Math.floor((at - now) / 1_000));

/** `retryAfter`: seconds. */
function withRetryAfter(failure: KeytrayError, retryAfter: number | undefined): KeytrayError {
  if (retryAfter === undefined || failure.code !== 'temporarily_unavailable') return failure;
  return new KeytrayError(failure.code, failure.message, { retryAfter });
}

async function ask(fetch: Fetch, endpoint: URL, proof: Secret) {
  try {
    // A truly empty body: the length is 0, and Datadog's own client that sends two bytes more is not to be copied.
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { authorization: `Delegated ${proof.reveal()}`, 'content-type': 'application/json' },
      body: '',
    });
    return {
      status: response.status,
      body: await response.text(),
      date: response.headers.get('date'),
      retryAfter: response.headers.get('retry-after'),
    };
  } catch (cause) {
    if (cause instanceof KeytrayError) throw cause;
    throw new KeytrayError('temporarily_unavailable', `${endpoint.host} cannot be reached`, { cause });
  }
}

function refusal(
  { status, words }: Extract<DelegatedReply, { kind: 'refused' }>,
  host: string,
  { arn: known, accessKeyId, learn, renew }: ProvenIdentity,
): KeytrayError {
  const detail = `status ${status}${words && ` (${withoutTokens(words)})`}`;
  if (status === 401) {
    return new KeytrayError('access_denied', `${host} does not accept the AWS identity`, {
      advice: `Check that the AWS session has not ended, and that the region and the organization are right. ${renew}.`,
      detail,
    });
  }
  const arn = known ?? arnIn(words);
  if (arn === undefined) {
    const named = `the AWS identity of access key ${accessKeyId}`;
    return new KeytrayError('access_denied', `${host} maps ${named} to no user`, {
      advice: `Map its ARN to a user in Datadog, and check that org_uuid is right. ${learn}.`,
      detail,
    });
  }
  return new KeytrayError('access_denied', `${host} maps ${arn} to no user`, {
    advice: `Map ${arn} to a user in Datadog, and check that org_uuid is right.`,
    detail,
  });
}

/** The one that an answer names. Pure. */
export function arnIn(words: string): string | undefined {
  const [found] = /\barn:aws[\w-]{0,20}:(?:iam|sts)::\d{12}:[\w+=,.@/-]{1,600}/.exec(words) ?? [];
  return found?.replace(/[.,]+$/, '');
}

function clockFailure(skew: number, host: string): KeytrayError {
  const minutes = Math.round(Math.abs(skew) / 60_000);
  return new KeytrayError(
    'access_denied',
    `the clock of this machine is ${minutes} minutes ${skew > 0 ? 'behind' : 'ahead of'} ${host}`,
    { advice: 'Set the clock. A proof signed with the time of the server was refused too.' },
  );
}
