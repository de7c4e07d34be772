import type { Account, RecordBuilder } from '../accounts/account.ts';
import type { ServerDirectory } from '../accounts/server-directory.ts';
import type { Identity } from '../oauth/token-reply.ts';
import type { Clock, Http } from '../ports.ts';
import type { Secret } from '../secret.ts';

/** What a person gave, by the names of the fields; each is there and in the form its field wants. */
export type Given = Readonly<Record<string, Secret>>;

export interface TryParts {
  readonly servers: ServerDirectory;
  readonly http: Http;
  readonly clock: Clock;
}

/** What a try brought: the first record, and whom the service names. */
export interface Tried {
  readonly record: RecordBuilder;
  readonly identity: Identity | undefined;
}

/**
 * Tries at the server what a person gave, before it is kept. Throws `KeytrayError`: `access_denied` where it is refused,
 * `misconfigured` where something else of the account is, `temporarily_unavailable` where nobody answered.
 */
export type Try = (account: Account, given: Given, parts: TryParts) => Promise<Tried>;

/** What is known of a given credential without asking anybody; undefined where nothing but the server can tell. */
export type Untried = (account: Account, given: Given, parts: TryParts) => Tried | undefined;

/** How the credential of an account is first had. */
export type Obtaining =
  /** By the person's browser, a code on another device, or a pasted address. */
  | { readonly kind: 'browser' }
  /** From what a person enters. `untried`: the record where nobody could be asked, and the person keeps it all the same. */
  | { readonly kind: 'fields'; readonly tryIt: Try; readonly untried: Untried }
  /** Without a person: the first request for a token gets it. */
  | { readonly kind: 'nobody' };
