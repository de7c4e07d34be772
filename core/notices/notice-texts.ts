import type { Notice } from '../ports.ts';
import { plainText } from '../untrusted/plain-text.ts';

/** What notices say. Pure; never a secret, a code or an address with a query. */

/** `worksUntil`: milliseconds since the epoch, when the first token in use runs out; undefined where none is left. */
export function keychainLockedNotice(worksUntil: number | undefined): Notice {
  return {
    id: 'keychain-locked',
    title: 'Keychain is locked',
    body:
      worksUntil === undefined
        ? 'Unlock it to keep working.'
        : `Unlock it to keep working after ${localTime(worksUntil)}.`,
    actions: [],
  };
}

export interface SignInNeed {
  readonly account: string;
  /** For people: `GitHub (work)`. */
  readonly title: string;
  /** Whether somebody was signed in before. */
  readonly again: boolean;
  /** The tool that waits: `git`. */
  readonly asker: string | undefined;
  /** Why, in a sentence. */
  readonly why: string;
}

export const signInNoticeId = (account: string): string => `sign-in:${account}`;

export function signInNotice({ account, title, again, asker, why }: SignInNeed): Notice {
  return {
    id: signInNoticeId(account),
    title: again ? `Sign in again to ${title}` : `Sign in to ${title}`,
    body: `${asker === undefined ? '' : `${asker} is waiting. `}${why}`,
    actions: [
      { name: 'sign_in', label: 'Sign in' },
      { name: 'later', label: 'Later' },
    ],
    otherwise: `keytray login ${account}`,
  };
}

export const signInQuestionNoticeId = (account: string): string => `sign-in-question:${account}`;

/**
 * Another browser than the one that began the sign-in brought the answer. A click on the notice itself does the first
 * action, and one that was meant to put it aside must not take a sign-in that somebody else made.
 */
export function signInQuestionNotice(account: string, title: string, who: string | undefined): Notice {
  return {
    id: signInQuestionNoticeId(account),
    title: `Was it you who signed in to ${title}?`,
    body: `${who ?? 'A person the server does not name'} signed in in another browser or profile than the one that began this sign-in. Nothing is stored before you answer.`,
    actions: [
      { name: 'later', label: 'Later' },
      { name: 'take', label: 'Yes' },
      { name: 'refuse', label: 'No' },
    ],
    otherwise: `keytray login ${account}`,
  };
}

/** `endsAt` and `now`: milliseconds since the epoch. */
export function loginEndsNotice(account: string, title: string, endsAt: number, now: number): Notice {
  return {
    id: `login-ends:${account}`,
    title: `${title} ends ${dayOf(endsAt, now)} at ${localTime(endsAt)}`,
    body: 'Renew now to avoid an interruption.',
    actions: [
      { name: 'renew', label: 'Renew' },
      { name: 'later', label: 'Later' },
    ],
    otherwise: `keytray login ${account} --renew`,
  };
}

/** A key that nothing renews ends, or has ended. Times in milliseconds since the epoch. */
export function keyEndsNotice(account: string, title: string, endsAt: number, now: number): Notice {
  return {
    id: `key-ends:${account}`,
    title: `Enter a new key for ${title}`,
    body: endsAt <= now ? 'The key has ended.' : `The key ends ${dayOf(endsAt, now)} at ${localTime(endsAt)}.`,
    actions: [
      { name: 'renew', label: 'Enter key' },
      { name: 'later', label: 'Later' },
    ],
    otherwise: `keytray login ${account} --renew`,
  };
}

export function misconfiguredNotice(account: string, title: string, error: string): Notice {
  return {
    id: `misconfigured:${account}`,
    title: `${title} refuses this client`,
    body: `The server says ${error}. A new sign-in does not help: check client_id and scopes of ${account}.`,
    actions: [],
  };
}

/** `key`: the ID of the one that is to be replaced. */
export function brokenRotationNotice(account: string, title: string, key: string): Notice {
  return {
    id: `rotation:${account}`,
    title: `A key of ${title} is not rotated yet`,
    body: `The rotation of ${plainText(key)} was broken off. Rotate it again: it goes on where it stopped.`,
    actions: [],
  };
}

/** A cause that is known here, with what to do about it. */
export function unavailableNotice(account: string, title: string, why: string, advice: string): Notice {
  return { id: `misconfigured:${account}`, title: `No token for ${title}: ${why}`, body: advice, actions: [] };
}

/** Hosts with their ports: where the tokens were issued, and where the server's metadata leads now. */
export function movedNotice(account: string, title: string, from: string, to: string): Notice {
  return {
    id: `moved:${account}`,
    title: `${title} has moved to ${to}`,
    body: `Your tokens were issued by ${from} and are only used there. Sign in again to use ${to}.`,
    actions: [
      { name: 'renew', label: 'Sign in' },
      { name: 'later', label: 'Later' },
    ],
    otherwise: `keytray login ${account} --renew`,
  };
}

export function otherPersonNotice(account: string, title: string): Notice {
  return {
    id: `other-person:${account}`,
    title: `${title} renewed your sign-in as another person`,
    body: 'The new ID token was dropped, and the account still belongs to you. Sign in again to be sure whose tokens these are.',
    actions: [
      { name: 'renew', label: 'Sign in' },
      { name: 'later', label: 'Later' },
    ],
    otherwise: `keytray login ${account} --renew`,
  };
}

function dayOf(milliseconds: number, now: number): string {
  const dayNumber = (time: number): number => Math.floor(new Date(time).setHours(12, 0, 0, 0) / 86_400_000);
  const days = dayNumber(milliseconds) - dayNumber(now);
  if (days <= 0) return 'today';
  return days === 1 ? 'tomorrow' : `in ${days} days`;
}

/** As the clock on the person's wall shows it: `15:20`. */
function localTime(milliseconds: number): string {
  const time = new Date(milliseconds);
  const digits = (value: number): string => String(value).padStart(2, '0');
  return `${digits(time.getHours())}:${digits(time.getMinutes())}`;
}
