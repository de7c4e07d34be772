import type { Account } from '../accounts/account.ts';
import type { ServerDirectory } from '../accounts/server-directory.ts';
import type { TokenRecord } from '../accounts/token-record.ts';
import type { Renewal } from '../accounts/token-records.ts';
import type { AwsSession } from '../credentials/aws-identity-proof.ts';
import { KeytrayError } from '../errors.ts';
import { type Barriers, type Clock, type Fetch, type Http, noPrograms, type Programs } from '../ports.ts';
import type { Secret } from '../secret.ts';
import type { AwsCredentials } from '../services/grant.ts';
import type { AttemptNotes } from './attempt-notes.ts';
import type { WakeDetector } from './wake-detector.ts';

/** What a token is asked for beyond the account's own (RFC 8707, RFC 6749 §3.3). */
export interface TokenTarget {
  readonly audience: string | undefined;
  readonly scope: string | undefined;
}

export interface RenewalRequest {
  readonly account: Account;
  /** The one in force; undefined where a first token is asked for. */
  readonly record: TokenRecord | undefined;
  /** Undefined: the account's own. */
  readonly target?: TokenTarget | undefined;
  /** Makes what a refresh token was spent for durable, where its ID token cannot be judged at once. */
  readonly received?: ((answer: Answer) => Promise<void>) | undefined;
}

/** A token, when it was asked for, and where. */
export type Answer = Renewal;

/** A token of the account that another one is made from, and of which of its sign-ins. */
export interface SubjectToken {
  readonly token: Secret;
  readonly signedInAt: number | undefined;
}

/** Throws `KeytrayError` that names the account asked for. */
export type SubjectTokens = (account: string, kind: 'access' | 'id') => Promise<SubjectToken>;

/** An AWS session, and who it is there as far as that is known without asking. */
export interface AwsProof {
  readonly session: AwsSession;
  readonly arn: string | undefined;
  /** Of the account whose role it is. */
  readonly signedInAt?: number | undefined;
}

/** `fetch`: for what must be asked at AWS. Throws `KeytrayError`. */
export type AwsSessions = (source: AwsCredentials, region: string | undefined, fetch: Fetch) => Promise<AwsProof>;

/** What a credential is made from that no authorization server gives. */
export interface RenewalSources {
  readonly programs: Programs;
  readonly subjects: SubjectTokens;
  readonly aws: AwsSessions;
  readonly http: Http;
}

const nothing = async (): Promise<never> => {
  throw new KeytrayError('misconfigured', 'there is nothing here to make a credential from');
};

/** Of a broker that has nothing but authorization servers. */
export const noSources: RenewalSources = {
  programs: noPrograms,
  subjects: nothing,
  aws: nothing,
  http: { fetchFor: () => nothing },
};

export interface RenewalParts extends RenewalSources {
  readonly servers: ServerDirectory;
  readonly clock: Clock;
  readonly wakes: WakeDetector;
  readonly attempts: AttemptNotes;
  readonly barriers: Barriers;
}
