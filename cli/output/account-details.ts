import type { AccountView } from '../../core/wire/schemas.ts';
import { formatDuration } from './duration.ts';
import type { Field } from './field-list.ts';

/** Seconds by which clocks may differ without a word. */
const usualSkew = 60;

function moment(time: string, now: number): string {
  const seconds = (Date.parse(time) - now) / 1_000;
  const distance = formatDuration(Math.abs(seconds));
  return `${time} (${seconds < 0 ? `${distance} ago` : `in ${distance}`})`;
}

function skewWords(seconds: number): string {
  return `the server's clock is ${formatDuration(Math.abs(seconds))} ${seconds > 0 ? 'ahead' : 'behind'}`;
}

/** A refresh planned after the end of the token only keeps the login alive. */
const nextLabel = ({ next_refresh: next, expires_at: expires }: AccountView): string =>
  next !== undefined && expires !== undefined && Date.parse(next) >= Date.parse(expires)
    ? 'Kept alive by a refresh'
    : 'Next refresh';

/** What only somebody wants to know who looks into one account: times, the class of an error, clocks. */
export function liveDetails(view: AccountView, now: number): readonly Field[] {
  const { last_refresh: last, next_refresh: next, login_expires_at: ends, clock_skew: skew = 0, reason } = view;
  return [
    ['Error class', view.state === 'active' ? undefined : reason],
    ['Last refresh', last === undefined ? undefined : moment(last, now)],
    [nextLabel(view), next === undefined ? undefined : moment(next, now)],
    ['Login ends', ends === undefined ? undefined : moment(ends, now)],
    ['Clock', Math.abs(skew) > usualSkew ? skewWords(skew) : undefined],
  ];
}
