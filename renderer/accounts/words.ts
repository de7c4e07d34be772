import type { AccountView, LoginView } from '../../ipc/views.ts';
import { formatDuration } from '../design/duration.ts';

/** What accounts are said to be, in the words of the tray and the command line. Pure. */

export type Tone = 'good' | 'warn' | 'bad' | 'busy' | 'idle';

export function stateWords(view: Pick<AccountView, 'state' | 'reason'>): {
  readonly text: string;
  readonly tone: Tone;
} {
  switch (view.state) {
    case 'active':
      return { text: 'Signed in', tone: 'good' };
    case 'degraded':
      return { text: degradedState(view.reason), tone: 'warn' };
    case 'login_required':
      return { text: 'Sign-in needed', tone: 'bad' };
    case 'signing_in':
      return { text: 'Signing in', tone: 'busy' };
    case 'signed_out':
      return { text: 'Signed out', tone: 'idle' };
    case 'locked':
      return { text: 'Locked', tone: 'warn' };
  }
}

function degradedState(reason: string | undefined): string {
  switch (reason) {
    case 'unreachable':
      return 'Not reachable';
    case 'login_required':
    case 'registration_changed':
      return 'Sign-in needed soon';
    default:
      return 'Refused';
  }
}

/** The person, by the name they know. */
export function who(view: Pick<AccountView | LoginView, 'subject'>): string | undefined {
  return view.subject?.name ?? view.subject?.email ?? view.subject?.subject;
}

/** The token still works, and no other will follow it. */
const endsByItself = (reason: string | undefined): boolean =>
  reason === 'login_required' || reason === 'registration_changed';

/** Nothing works for this account until a person acts. */
export function needsPerson({ state, reason }: AccountView): boolean {
  if (state === 'degraded') return reason === 'misconfigured' || endsByItself(reason);
  return state === 'login_required' || state === 'locked';
}

/** Seconds to `time`; never less than none. */
function secondsTo(time: string, now: number): number {
  return Math.max(0, (Date.parse(time) - now) / 1_000);
}

export interface TokenLife {
  /** 0 to 1 of its lifetime; undefined where that is not known. */
  readonly share: number | undefined;
  readonly text: string;
  readonly low: boolean;
}

/** How long the access token is good for; undefined when there is none to speak of. */
export function tokenLife(view: AccountView, now: number): TokenLife | undefined {
  if (view.state !== 'active' && view.state !== 'degraded') return undefined;
  if (view.expires_at === undefined) {
    return view.state === 'active' ? { share: undefined, text: 'does not expire', low: false } : undefined;
  }
  const left = secondsTo(view.expires_at, now);
  if (left === 0) return { share: 0, text: view.state === 'active' ? 'renewed when used' : 'run out', low: false };
  const lifetime = view.last_refresh === undefined ? 0 : Date.parse(view.expires_at) - Date.parse(view.last_refresh);
  const share = lifetime > 0 ? Math.min(1, (left * 1_000) / lifetime) : undefined;
  return { share, text: `${formatDuration(left)} left`, low: view.state === 'degraded' };
}

const soon = 86_400;

/** The sign-in itself ends within a day, and a new one now avoids an interruption. */
export function endsSoon(view: AccountView, now: number): boolean {
  return view.login_expires_at !== undefined && secondsTo(view.login_expires_at, now) < soon;
}

/** One sentence under an account that is not simply well. */
export function troubleSentence(view: AccountView, now: number): string | undefined {
  switch (view.state) {
    case 'active':
      if (view.login_expires_at === undefined || !endsSoon(view, now)) return undefined;
      return `This sign-in ends in ${formatDuration(secondsTo(view.login_expires_at, now))}.`;
    case 'signing_in':
      return 'Finish signing in in your browser.';
    case 'signed_out':
      return undefined;
    case 'degraded': {
      const left = view.expires_at === undefined ? 0 : secondsTo(view.expires_at, now);
      const still = left > 0 ? ` The token still works for ${formatDuration(left)}.` : '';
      return view.reason === 'unreachable'
        ? `The server cannot be reached; Keytray keeps trying.${still}`
        : `${degradedWords(view)}${still}`;
    }
    case 'login_required':
    case 'locked':
      return view.reason_description;
  }
}

function degradedWords(view: AccountView): string {
  switch (view.reason) {
    case 'login_required':
      return 'The server no longer renews this session.';
    case 'registration_changed':
      return 'The server has moved: sign in at its new address.';
    case 'misconfigured':
      return 'The server refuses this client: check its settings.';
    default:
      return 'The server refused to renew; Keytray keeps trying.';
  }
}

export type PrimaryAction =
  | 'sign_in'
  | 'cancel'
  | 'renew'
  | 'retry'
  | 'unlock'
  | 'choose_store'
  | 'copy_token'
  | 'none';

/** The one thing to do next. */
export function primaryAction(view: AccountView, now: number): PrimaryAction {
  switch (view.state) {
    case 'signed_out':
    case 'login_required':
      return 'sign_in';
    case 'signing_in':
      return 'cancel';
    case 'locked':
      return lockedAction(view.reason ?? '');
    case 'degraded':
      if (endsByItself(view.reason)) return 'sign_in';
      return view.reason === 'misconfigured' ? 'none' : 'retry';
    case 'active':
      return endsSoon(view, now) ? 'renew' : 'copy_token';
  }
}

function lockedAction(reason: string): PrimaryAction {
  if (reason === 'keychain_corrupt') return 'sign_in';
  if (reason === 'keychain_absent') return 'choose_store';
  return reason.startsWith('encrypted_file') ? 'unlock' : 'none';
}

/** `git, docker`; at most two, then how many more. Their hosts are among the details. */
export function servedWords(view: AccountView): string {
  const [first, second, ...more] = Object.keys(view.serves);
  if (first === undefined) return 'no tool yet';
  if (second === undefined) return first;
  return more.length === 0 ? `${first}, ${second}` : `${first}, ${second} and ${more.length} more`;
}

/** `4 signed in, 1 needs you` */
export function summary(views: readonly AccountView[]): string {
  const signedIn = views.filter(({ state }) => state === 'active' || state === 'degraded').length;
  const needing = views.filter(needsPerson).length;
  const well = `${signedIn} signed in`;
  if (needing === 0) return well;
  return `${well}, ${needing} ${needing === 1 ? 'needs' : 'need'} you`;
}
