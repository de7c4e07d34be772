import type { AccountView } from '../wire/schemas.ts';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** One unit is enough in a menu: `6 h`, `42 min`. */
export function shortDuration(seconds: number): string {
  if (seconds >= 2 * day) return `${Math.floor(seconds / day)} days`;
  if (seconds >= hour) return `${Math.floor(seconds / hour)} h`;
  return seconds >= minute ? `${Math.floor(seconds / minute)} min` : 'under a minute';
}

function leftOf({ expires_at: at }: AccountView, now: number): string | undefined {
  const seconds = at === undefined ? 0 : (Date.parse(at) - now) / 1_000;
  return seconds > 0 ? shortDuration(seconds) : undefined;
}

function whoOf({ subject }: AccountView): string | undefined {
  return subject?.name ?? subject?.email ?? subject?.subject;
}

const joined = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined).join(' · ');

/** An em space between name and state, as menus have no columns. */
const line = (mark: string, { account }: AccountView, text: string): string =>
  text === '' ? `${mark} ${account}` : `${mark} ${account}\u2003${text}`;

function troubleOf(view: AccountView): string {
  switch (view.reason) {
    case 'login_required':
      return 'sign in again soon';
    case 'misconfigured':
      return 'server refuses this client';
    case 'refused':
      return 'server refuses to renew';
    default:
      return 'server not reachable';
  }
}

/** One account in the menu: a mark and words, never the mark alone. */
export function accountLine(view: AccountView, now: number): string {
  const left = leftOf(view, now);
  switch (view.state) {
    case 'active':
      return line('●', view, joined(whoOf(view), left && `${left} left`));
    case 'degraded':
      return line('◐', view, left === undefined ? troubleOf(view) : `${troubleOf(view)}, valid ${left} more`);
    case 'login_required':
    case 'signed_out':
      return line('○', view, 'Sign in…');
    case 'signing_in':
      return line('○', view, 'Go on in the browser…');
    case 'locked':
      return line('○', view, view.reason === 'not_read_yet' ? 'waiting for the keychain' : 'locked');
  }
}
