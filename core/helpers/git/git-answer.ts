import { offeredSchemes } from '../challenge.ts';
import type { HandedOut } from '../helper.ts';
import { tokenText } from '../token-text.ts';
import { type FormattedAnswer, formatGitCredential, type GitCredential } from './git-credential.ts';

/** What we may say to this caller. Capabilities exist since git 2.46; older ones announce none. */
export const capabilities = ['authtype', 'state'] as const;

/** Comes back with the next question when the first answer met a 401. */
const bearerTried = 'keytray:bearer';
/** Seconds by which the expiry is moved forward, so that git does not start a long transfer with a dying token. */
const expiryMargin = 60;

export type AnswerForm =
  /** The token as the password of Basic, for any git. `announce`: the caller knows `ephemeral`. */
  | { readonly kind: 'password'; readonly announce: boolean }
  /** git 2.46 and later: `Authorization: Bearer`. `retry`: on a 401 git asks once more instead of giving up. */
  | { readonly kind: 'bearer'; readonly retry: boolean };

/**
 * What the caller can carry and what the server offers decide. Where Basic is offered it is taken: most git hosts
 * take nothing else, and several releases from git 2.46 on leave a Bearer credential out of the request they send
 * ahead of a large push. Where no offer is known (`http.proactiveAuth`), Bearer goes first, and a caller that can
 * come back after a 401 gets the password then.
 */
export function chooseForm(request: GitCredential, tokenType: string): AnswerForm {
  const announced = request.lists.get('capability[]') ?? [];
  const announce = announced.includes('authtype');
  if (!announce || tokenType.toLowerCase() !== 'bearer') return { kind: 'password', announce };

  const offered = offeredSchemes(request.lists.get('wwwauth[]') ?? []);
  if (offered.size === 0) {
    const tried = request.lists.get('state[]')?.includes(bearerTried) ?? false;
    return tried ? { kind: 'password', announce } : { kind: 'bearer', retry: announced.includes('state') };
  }
  const bearerOnly = offered.has('bearer') && !offered.has('basic');
  return bearerOnly ? { kind: 'bearer', retry: false } : { kind: 'password', announce };
}

/** Unsafe when the server's token, or the user name, could not be told from further attributes or headers. */
export function formatAnswer(form: AnswerForm, handedOut: HandedOut, now: number): FormattedAnswer {
  // git copies what it gets into a header as it is.
  const token = tokenText(handedOut.token);
  if (token === undefined) return { kind: 'unsafe', key: 'token' };
  const expiry = expiryFor(handedOut.expiresAt, now);
  const expires: Pairs = expiry === undefined ? [] : [['password_expiry_utc', String(expiry)]];
  switch (form.kind) {
    case 'password':
      // RFC 7617 §2: a user name with a colon would move the border between the two.
      if (handedOut.username.includes(':')) return { kind: 'unsafe', key: 'user name' };
      return formatGitCredential([
        ...(form.announce ? [authtypeCapability] : []),
        ['username', handedOut.username],
        ['password', token],
        ...(form.announce ? [ephemeral] : []),
        ...expires,
      ]);
    case 'bearer':
      return formatGitCredential([
        authtypeCapability,
        ...(form.retry ? [stateCapability] : []),
        ['authtype', 'Bearer'],
        ['credential', token],
        ephemeral,
        ...expires,
        ...(form.retry ? retry : []),
      ]);
  }
}

type Pair = readonly [key: string, value: string];
type Pairs = readonly Pair[];

const authtypeCapability: Pair = ['capability[]', 'authtype'];
const stateCapability: Pair = ['capability[]', 'state'];
/** Asks other helpers not to keep it. */
const ephemeral: Pair = ['ephemeral', '1'];
const retry: Pairs = [
  ['state[]', bearerTried],
  ['continue', '1'],
];

/**
 * Unix seconds for `password_expiry_utc`. Never in the past: git drops such a password and asks the person for
 * another. A token in its last minute is given with its true end; one past it by our clock without any, so that
 * the server is the judge.
 */
export function expiryFor(expiresAt: number | undefined, now: number): number | undefined {
  if (expiresAt === undefined) return undefined;
  const end = Math.floor(expiresAt / 1000);
  const early = end - expiryMargin;
  const present = Math.ceil(now / 1000);
  if (early > present) return early;
  return end > present ? end : undefined;
}
