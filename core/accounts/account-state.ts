import type { StoreTrouble } from '../stores/secret-store.ts';
import { storeWords } from '../stores/store-failure.ts';
import { needsSignIn, type RefreshProblem } from './refresh-problem.ts';
import { isGiven, renewsAlone } from './renewal.ts';
import type { TokenRecord } from './token-record.ts';

/** What the broker knows of one account. Closed: nothing else can be the case. */
export type AccountState =
  /** The store has not been asked yet. */
  | { readonly kind: 'unread' }
  /** The store would not tell: never taken for signed out. */
  | { readonly kind: 'unreadable'; readonly trouble: StoreTrouble }
  | { readonly kind: 'signed_out'; readonly why: 'never' | 'logout' | 'corrupt' }
  /** There are tokens, of another client or server than the config names; `issuedBy`: their host, where known. */
  | { readonly kind: 'signed_out'; readonly why: 'registration_changed'; readonly issuedBy: string | undefined }
  /** No token is held yet, and nobody is needed to get one. */
  | { readonly kind: 'ready'; readonly problem: RefreshProblem }
  | { readonly kind: 'signed_in'; readonly record: TokenRecord; readonly problem: RefreshProblem };

export const ready: AccountState = { kind: 'ready', problem: { kind: 'none' } };

/** The state a record alone tells of. */
export const signedIn = (record: TokenRecord): AccountState => ({
  kind: 'signed_in',
  record,
  problem: record.sessionEnded ? { kind: 'dead', why: 'the session has ended' } : { kind: 'none' },
});

/** A new refresh token alone ends no trouble with the server, or the back-off would begin anew with each. */
export function renewed(before: AccountState, after: AccountState): AccountState {
  if (after.kind !== 'signed_in' || before.kind !== 'signed_in' || before.problem.kind !== 'unreachable') return after;
  const { obtainedAt, uptime } = before.record;
  const sameAccess = obtainedAt === after.record.obtainedAt && uptime === after.record.uptime;
  return sameAccess ? { ...after, problem: before.problem } : after;
}

/** Why an account is not active: stable words of the local API. */
export type StateReason =
  | 'not_read_yet'
  | `${'keychain' | 'encrypted_file'}_${StoreTrouble['kind']}`
  | 'never_signed_in'
  | 'signed_out'
  | 'registration_changed'
  | 'record_corrupt'
  | 'session_ended'
  | 'expired'
  | 'unreachable'
  | 'login_required'
  | 'misconfigured'
  | 'refused'
  | 'access_denied'
  | 'key_expired'
  | 'key_refused'
  | 'rate_limited'
  | 'sign_in_open';

/** The states of the local API and every surface people see. */
export type PresentedState =
  | { readonly name: 'active' }
  | {
      readonly name: 'signed_out' | 'signing_in' | 'degraded' | 'login_required' | 'locked';
      readonly reason: StateReason;
      readonly description: string;
      /** In the protocol's own words. */
      readonly detail?: string | undefined;
    };

export interface Circumstances {
  /** Seconds the access token has left. */
  readonly secondsLeft: number;
  /** A person has started a sign-in. */
  readonly signingIn: boolean;
  /** The service has asked to be left alone for so many seconds. */
  readonly rateLimited?: number | undefined;
}

function presentTrouble(trouble: StoreTrouble): PresentedState {
  if (trouble.store !== undefined || trouble.left === true) {
    const store = trouble.store === 'encrypted-file' ? 'encrypted_file' : 'keychain';
    const words = storeWords(trouble);
    const description = `${capitalised(words)}.`;
    return { name: 'locked', reason: `${store}_${trouble.kind}` as const, description };
  }
  switch (trouble.kind) {
    case 'locked':
      return { name: 'locked', reason: 'keychain_locked', description: 'The keychain is locked; unlock it.' };
    case 'absent':
      return {
        name: 'locked',
        reason: 'keychain_absent',
        description: `There is no keychain to read: ${trouble.detail}. Start one, or choose another \`store:\` for this account.`,
      };
    case 'denied':
      return {
        name: 'locked',
        reason: 'keychain_denied',
        description: `The keychain refused access: ${trouble.detail}`,
      };
    case 'corrupt':
      return {
        name: 'locked',
        reason: 'keychain_corrupt',
        description: `The keychain holds unreadable data: ${trouble.detail}`,
      };
    case 'stuck':
      return {
        name: 'locked',
        reason: 'keychain_stuck',
        description: 'The keychain did not answer; a prompt may be open.',
      };
  }
}

function presentSignedOut(why: (AccountState & { kind: 'signed_out' })['why']): PresentedState {
  switch (why) {
    case 'never':
      return { name: 'signed_out', reason: 'never_signed_in', description: 'Nobody has signed in yet.' };
    case 'logout':
      return { name: 'signed_out', reason: 'signed_out', description: 'Signed out.' };
    case 'registration_changed':
      return {
        name: 'login_required',
        reason: 'registration_changed',
        description: 'The saved sign-in belongs to another client or server than the config names now.',
      };
    case 'corrupt':
      return { name: 'login_required', reason: 'record_corrupt', description: 'The saved sign-in cannot be read.' };
  }
}

function presentSignedIn(record: TokenRecord, problem: RefreshProblem, seen: Circumstances): PresentedState {
  if (renewsAlone(record)) return presentProblem(problem);
  const expired = seen.secondsLeft <= 0;
  if (isGiven(record.grant)) return presentGiven(problem, expired);
  if (problem.kind === 'moved') {
    const description = `The server has moved: ${problem.why}; sign in again.`;
    return { name: expired ? 'login_required' : 'degraded', reason: 'registration_changed', description };
  }
  if (expired && needsSignIn(problem)) {
    return { name: 'login_required', reason: 'session_ended', description: 'The session has ended; sign in again.' };
  }
  if (expired && record.refreshToken === undefined) {
    return {
      name: 'login_required',
      reason: 'expired',
      description: 'The token has run out and the server gave no refresh token; sign in again.',
    };
  }
  return presentProblem(problem);
}

/** A key that nothing renews: only a person can bring another one. */
function presentGiven(problem: RefreshProblem, expired: boolean): PresentedState {
  const { detail } = problem.kind === 'none' ? { detail: undefined } : problem;
  if (problem.kind === 'dead') {
    const description = 'The service no longer takes the key; enter another one.';
    return { name: 'login_required', reason: 'key_refused', description, detail };
  }
  if (expired) {
    return { name: 'login_required', reason: 'key_expired', description: 'The key has ended; enter another one.' };
  }
  if (problem.kind === 'suspect') {
    const description = 'The service has refused the key once, and is asked again.';
    return { name: 'degraded', reason: 'key_refused', description, detail };
  }
  return presentProblem(problem);
}

const capitalised = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** What keeps a token from being renewed, while a person is not needed or not needed yet. */
function presentProblem(problem: RefreshProblem): PresentedState {
  if (problem.kind === 'none') return { name: 'active' };
  const { detail } = problem;
  const own = problem.advice === undefined ? undefined : `${capitalised(problem.why)}. ${problem.advice}`;
  switch (problem.kind) {
    case 'moved':
      return {
        name: 'degraded',
        reason: 'registration_changed',
        description: `The server has moved: ${problem.why}.`,
        detail,
      };
    case 'unreachable':
      return {
        name: 'degraded',
        reason: 'unreachable',
        description: own ?? `Waiting for the server: ${problem.why}.`,
        detail,
      };
    case 'suspect':
    case 'dead':
      return {
        name: 'degraded',
        reason: 'login_required',
        description: 'The server no longer renews this session; sign in again before the token runs out.',
        detail,
      };
    case 'subject':
      return { name: 'degraded', reason: 'login_required', description: `${capitalised(problem.why)}.`, detail };
    case 'misconfigured':
      return {
        name: 'degraded',
        reason: problem.denied === true ? 'access_denied' : 'misconfigured',
        description: own ?? `The server refuses this client (${problem.why}).`,
        detail,
      };
    case 'elsewhere':
      return { name: 'degraded', reason: 'misconfigured', description: `${problem.why}.`, detail };
    case 'refused':
      return {
        name: 'degraded',
        reason: 'refused',
        description: `The server refused to renew: ${problem.why}.`,
        detail,
      };
  }
}

/** What people and tools are told. Pure. */
export function presentState(state: AccountState, seen: Circumstances): PresentedState {
  const presented = ((): PresentedState => {
    switch (state.kind) {
      case 'unread':
        return { name: 'locked', reason: 'not_read_yet', description: 'The keychain has not answered yet.' };
      case 'unreadable':
        return presentTrouble(state.trouble);
      case 'signed_out':
        return presentSignedOut(state.why);
      case 'ready':
        return presentProblem(state.problem);
      case 'signed_in':
        return presentSignedIn(state.record, state.problem, seen);
    }
  })();
  const needsPerson = presented.name === 'signed_out' || presented.name === 'login_required';
  if (needsPerson && seen.signingIn) {
    return { name: 'signing_in', reason: 'sign_in_open', description: 'A sign-in is open in the browser.' };
  }
  if (presented.name === 'active' && seen.rateLimited !== undefined) {
    const description = `The service asks to wait ${seen.rateLimited} s: too many requests.`;
    return { name: 'degraded', reason: 'rate_limited', description };
  }
  return presented;
}
