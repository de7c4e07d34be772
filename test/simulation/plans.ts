import type { Random } from './random.ts';
import type { KeychainTrouble } from './simulated-keychain.ts';
import { day, hour, minute, second } from './world.ts';

export interface PlannedSleep {
  readonly from: number;
  readonly until: number;
}

/** Eight hours every night, and on some days a lid that is closed for a while. */
export function planSleeps(random: Random, days: number): readonly PlannedSleep[] {
  return Array.from({ length: days }, (_, number) => {
    const night = number * day + random.between(22 * hour, 23.9 * hour);
    const nap = number * day + random.between(11 * hour, 17 * hour);
    const length = random.spread(2 * minute, 2 * hour);
    return [
      ...(random.chance(0.5) ? [{ from: nap, until: nap + length }] : []),
      { from: night, until: night + 8 * hour },
    ];
  }).flat();
}

export interface PlannedRestart {
  readonly at: number;
  /** `end`: asked to end, as by an update. `kill`: killed at once. `reboot`: the machine goes down with it. */
  readonly kind: 'end' | 'kill' | 'reboot';
  /** Milliseconds until the next one is started. */
  readonly pause: number;
}

export function planRestarts(random: Random, days: number): readonly PlannedRestart[] {
  return times(random, 10 * hour, days).map((at) => ({
    at,
    kind: random.chance(0.3) ? 'kill' : random.chance(0.3) ? 'reboot' : 'end',
    pause: random.spread(second, minute),
  }));
}

export interface PlannedLock {
  readonly at: number;
  readonly trouble: KeychainTrouble;
  readonly length: number;
}

export function planLocks(random: Random, days: number): readonly PlannedLock[] {
  return times(random, 16 * hour, days).map((at) =>
    random.chance(0.2)
      ? { at, trouble: 'stuck', length: random.spread(10 * second, minute) }
      : { at, trouble: 'locked', length: random.spread(minute, 40 * minute) },
  );
}

export interface PlannedStep {
  readonly at: number;
  readonly by: number;
}

/** Each is taken back after a while, as network time does. */
export function planClockSteps(random: Random, days: number): readonly PlannedStep[] {
  return times(random, 5 * day, days).flatMap((at) => {
    const by = random.spread(second, 10 * minute) * (random.chance(0.5) ? 1 : -1);
    return [
      { at, by },
      { at: at + random.spread(minute, 8 * hour), by: -by },
    ];
  });
}

/** Times at random, `every` apart on average. */
function times(random: Random, every: number, days: number): readonly number[] {
  const found: number[] = [];
  for (let time = random.exponential(every); time < days * day; time += random.exponential(every)) found.push(time);
  return found;
}
