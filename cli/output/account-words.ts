import { assertNever } from '../../core/errors.ts';
import type { AccountStateName, AccountView, LoginView } from '../../core/wire/schemas.ts';
import type { Paint } from './colour.ts';
import { formatDuration, secondsUntil } from './duration.ts';

interface StateWords {
  readonly text: string;
  readonly paint: Paint;
}

/** The state in the words every surface uses; the colour only repeats what the text says. */
export function stateWords(state: AccountStateName): StateWords {
  switch (state) {
    case 'active':
      return { text: 'active', paint: 'green' };
    case 'degraded':
      return { text: 'degraded', paint: 'yellow' };
    case 'login_required':
      return { text: 'sign-in needed', paint: 'red' };
    case 'signing_in':
      return { text: 'signing in', paint: 'cyan' };
    case 'signed_out':
      return { text: 'signed out', paint: 'dim' };
    case 'locked':
      return { text: 'locked', paint: 'yellow' };
    default:
      return assertNever(state);
  }
}

/** The person, by the name they know; undefined where the server does not tell. */
export function who(view: Pick<AccountView | LoginView, 'subject'>): string | undefined {
  return view.subject?.name ?? view.subject?.email ?? view.subject?.subject;
}

/** How long the access token is good for; undefined when there is none to speak of. */
export function timeLeft(view: AccountView, now: number): string | undefined {
  const seconds = view.expires_at === undefined ? view.expires_in : secondsUntil(view.expires_at, now);
  return seconds === undefined || seconds <= 0 ? undefined : formatDuration(seconds);
}

function afterTrouble(view: AccountView): string {
  switch (view.reason) {
    case 'login_required':
    case 'registration_changed':
      return `keytray login ${view.account}`;
    case 'misconfigured':
      return 'correct its configuration';
    default:
      return 'Keytray keeps trying';
  }
}

function whileLocked(view: AccountView): string {
  switch (view.reason) {
    case 'not_read_yet':
      return 'wait for the keychain';
    case 'keychain_absent':
      return 'start a keychain';
    case 'encrypted_file_locked':
      return 'keytray unlock';
    case 'keychain_corrupt':
      return `keytray login ${view.account}`;
    default:
      return 'unlock the keychain';
  }
}

const day = 86_400;

/** A token that nobody uses is renewed when it is next asked for; the refresh planned later only keeps the login alive. */
function nextByItself(view: AccountView, now: number): string | undefined {
  const { next_refresh: next, expires_at: expires, login_expires_at: ends } = view;
  const endsIn = ends === undefined ? Number.POSITIVE_INFINITY : secondsUntil(ends, now);
  if (endsIn < day) return `sign in again in ${formatDuration(endsIn)}`;
  if (next === undefined) {
    return expires === undefined ? undefined : `sign in again in ${formatDuration(secondsUntil(expires, now))}`;
  }
  if (expires === undefined || Date.parse(next) >= Date.parse(expires)) return 'renewed when used';
  const seconds = secondsUntil(next, now);
  return seconds <= 0 ? 'refresh due' : `refresh in ${formatDuration(seconds)}`;
}

/** What happens, or is to be done, next. */
export function nextStep(view: AccountView, now: number): string | undefined {
  switch (view.state) {
    case 'active':
      return nextByItself(view, now);
    case 'degraded':
      return afterTrouble(view);
    case 'login_required':
    case 'signed_out':
      return `keytray login ${view.account}`;
    case 'signing_in':
      // It shows who would be signed in, and asks.
      if (view.login?.confirm !== undefined) return `keytray login ${view.account}`;
      return view.login?.verification_uri !== undefined && view.login.authorization_url === undefined
        ? 'enter the code'
        : 'finish in the browser';
    case 'locked':
      return whileLocked(view);
    default:
      return assertNever(view.state);
  }
}
