import { z } from 'zod';
import { Secret } from '../secret.ts';
import { isInstant } from '../untrusted/instant.ts';
import { longestLifetime, noEnd, readLifetime } from '../untrusted/lifetime.ts';
import { isTokenText } from '../untrusted/token-text.ts';

/** A token that a program of the person printed. `lifetime`: seconds from now, undefined where it does not tell. */
export interface CommandToken {
  readonly token: Secret;
  readonly lifetime: number | undefined;
}

export type CommandOutput = ({ readonly kind: 'token' } & CommandToken) | { readonly kind: 'none' | 'ended' };

const end = z.unknown().optional();
const parts = z.object({
  access_token: z.string().optional(),
  accessToken: z.string().optional(),
  token: z.string().optional(),
  expires_in: z.unknown().optional(),
  expires_at: end,
  // Azure CLI: seconds since the epoch, where `expiresOn` is a local time without a zone.
  expires_on: end,
  expiresOn: end,
  expiry: end,
  expirationTimestamp: end,
});
/** Of kubectl's exec plugins (ExecCredential): what is told is under `status`. */
const output = parts.extend({ status: parts.optional().catch(undefined) });

/** What a program printed: the bare token, or an object that names it. `now`: milliseconds since the epoch. Pure. */
export function readCommandOutput(text: string, now: number): CommandOutput {
  const trimmed = text.trim();
  if (!/^[[{"]/.test(trimmed)) return bareToken(trimmed);
  const read = output.safeParse(parsed(trimmed));
  if (!read.success) return { kind: 'none' };
  const { status, ...own } = read.data;
  return tokenIn(own, now) ?? (status === undefined ? undefined : tokenIn(status, now)) ?? { kind: 'none' };
}

/** A sentence for people has blanks; a token does not. */
function bareToken(text: string): CommandOutput {
  if (!/^[\x21-\x7e]+$/.test(text)) return { kind: 'none' };
  return { kind: 'token', token: new Secret(text), lifetime: undefined };
}

function tokenIn(told: z.infer<typeof parts>, now: number): CommandOutput | undefined {
  const token = told.access_token ?? told.accessToken ?? told.token;
  if (token === undefined || !isTokenText(token)) return undefined;
  const lifetime = lifetimeOf(told, now);
  if (lifetime !== undefined && lifetime <= 0) return { kind: 'ended' };
  return { kind: 'token', token: new Secret(token), lifetime };
}

/** The earliest end that can be read: those of one answer are rounded, or said in different clocks. */
function lifetimeOf(told: z.infer<typeof parts>, now: number): number | undefined {
  const ends = [told.expires_at, told.expires_on, told.expiresOn, told.expiry, told.expirationTimestamp]
    .map(instantOf)
    .filter((at) => at !== undefined)
    .map((at) => Math.floor((at - now) / 1_000));
  const lifetimes = [readLifetime(told.expires_in), ...ends].filter((seconds) => seconds !== undefined);
  if (lifetimes.length === 0) return undefined;
  const least = Math.min(...lifetimes);
  return least > longestLifetime ? noEnd : least;
}

/** Beyond this, a number of seconds would be in the year 5138: it is milliseconds. */
const mostSeconds = 1e11;
const date = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?$/;

/** Milliseconds since the epoch. A time without a zone is of this machine. Go writes the year 1 where there is none. */
function instantOf(value: unknown): number | undefined {
  const at = typeof value === 'string' && date.test(value) ? Date.parse(value.replace(' ', 'T')) : numberOf(value);
  return at !== undefined && isInstant(at) && at > 0 ? at : undefined;
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number') return undefined;
  return number < mostSeconds ? number * 1_000 : number;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
