import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asked, putAside, quietEnded, type Reminder, silent } from '../../../core/notices/reminder.ts';

const interval = 900_000;
const show = (reminder: Reminder, now: number) => asked(reminder, now, interval);

describe('a reminder', () => {
  it('is shown at once, and not again while it is open', () => {
    const first = show(silent, 0);
    expect(first).toEqual({ reminder: { kind: 'open', times: 1, quietUntil: interval }, show: true });
    expect(show(first.reminder, 10 * interval)).toEqual({ reminder: first.reminder, show: false });
  });

  it('stays away for the interval once it was put aside, then comes back when somebody asks', () => {
    const aside = putAside(show(silent, 0).reminder);
    expect(aside).toEqual({ kind: 'quiet', times: 1, quietUntil: interval, asked: false });
    expect(show(aside, interval - 1)).toEqual({ reminder: { ...aside, asked: true }, show: false });
    expect(show(aside, interval)).toMatchObject({ show: true, reminder: { times: 2, quietUntil: 3 * interval } });
  });

  it('comes back by itself only where somebody asked meanwhile', () => {
    const aside = putAside(show(silent, 0).reminder);
    expect(quietEnded(aside, interval, interval)).toEqual({ reminder: aside, show: false });
    const waiting = show(aside, 5).reminder;
    expect(quietEnded(waiting, interval - 1, interval).show).toBe(false);
    expect(quietEnded(waiting, interval, interval).show).toBe(true);
  });

  it('becomes rarer each time, up to a day', () => {
    let reminder = silent;
    let now = 0;
    const gaps: number[] = [];
    for (let times = 0; times < 10; times += 1) {
      reminder = putAside(show(reminder, now).reminder);
      if (reminder.kind !== 'quiet') throw new Error('it was not put aside');
      gaps.push((reminder.quietUntil - now) / 60_000);
      now = reminder.quietUntil;
    }
    expect(gaps).toEqual([15, 30, 60, 120, 240, 480, 960, 1440, 1440, 1440]);
  });

  it('is never shown twice within its quiet time, whatever happens in whatever order', () => {
    const step = fc.record({ after: fc.nat(2 * interval), act: fc.constantFrom('ask', 'aside', 'timer') });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        let reminder = silent;
        let now = 0;
        let quietUntil = Number.NEGATIVE_INFINITY;
        for (const { after, act } of steps) {
          now += after;
          if (act === 'aside') {
            reminder = putAside(reminder);
            continue;
          }
          const next = act === 'ask' ? show(reminder, now) : quietEnded(reminder, now, interval);
          if (next.show) {
            expect(now).toBeGreaterThanOrEqual(quietUntil);
            expect(reminder.kind).not.toBe('open');
            quietUntil = next.reminder.kind === 'open' ? next.reminder.quietUntil : now;
          }
          reminder = next.reminder;
        }
      }),
    );
  });
});
