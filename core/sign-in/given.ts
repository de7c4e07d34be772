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
  /** The person asked for another account themselves: `login --switch`. */
  readonly acceptOther: boolean;
  /** Where the person found it. */
  readonly page: URL | undefined;
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

/** The page where a person finds what to enter, which only the service knows. Throws `KeytrayError` where it does not tell. */
export type FindPage = (account: Account, parts: Pick<TryParts, 'servers'>) => Promise<URL | undefined>;

/** From what a person enters. */
export interface EntryObtaining {
  readonly kind: 'fields';
  /** The person's browser is sent there. */
  readonly page?: FindPage;
  readonly tryIt: Try;
  /** The record where nobody could be asked, and the person keeps it all the same. */
  readonly untried: Untried;
  /** The try has used up what was entered: it is good for nothing, and not kept. */
  readonly spent?: true;
}

/** How the credential of an account is first had. */
export type Obtaining =
  /** By the person's browser, a code on another device, or a pasted address. */
  | { readonly kind: 'browser' }
  | EntryObtaining
  /** Without a person: the first request for a token gets it. */
  | { readonly kind: 'nobody' };
