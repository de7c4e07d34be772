/**
 * When a person may be told of one matter, and when to leave them alone. Pure; times are milliseconds of a clock that
 * counts sleep.
 */
export type Reminder =
  /** Nothing was said yet, or the matter was settled since. */
  | { readonly kind: 'silent' }
  /** The notice is there to be clicked. */
  | { readonly kind: 'open'; readonly times: number; readonly quietUntil: number }
  /** It was put aside. `asked`: somebody has been waiting since. */
  | { readonly kind: 'quiet'; readonly times: number; readonly quietUntil: number; readonly asked: boolean };

export const silent: Reminder = { kind: 'silent' };

/** Reminders become rarer: the interval doubles with each, up to a day. */
const longestQuiet = 24 * 3_600_000;

export interface Asked {
  readonly reminder: Reminder;
  /** Show the notice now. */
  readonly show: boolean;
}

function shown(times: number, now: number, interval: number): Asked {
  const quiet = Math.min(longestQuiet, interval * 2 ** Math.min(times, 20));
  return { reminder: { kind: 'open', times: times + 1, quietUntil: now + quiet }, show: true };
}

/** Somebody needs the matter settled. `interval`: the first one, in milliseconds. */
export function asked(reminder: Reminder, now: number, interval: number): Asked {
  switch (reminder.kind) {
    case 'silent':
      return shown(0, now, interval);
    case 'open':
      return { reminder, show: false };
    case 'quiet':
      if (now >= reminder.quietUntil) return shown(reminder.times, now, interval);
      return { reminder: { ...reminder, asked: true }, show: false };
  }
}

/** The person put the notice aside, or the desktop did after a while. */
export function putAside(reminder: Reminder): Reminder {
  return reminder.kind === 'open' ? { ...reminder, kind: 'quiet', asked: false } : reminder;
}

/** The quiet time is over: whoever asked during it is a reason to say it again, silence is none. */
export function quietEnded(reminder: Reminder, now: number, interval: number): Asked {
  const due = reminder.kind === 'quiet' && reminder.asked && now >= reminder.quietUntil;
  return due ? shown(reminder.times, now, interval) : { reminder, show: false };
}
