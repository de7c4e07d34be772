import { beforeEach, describe, expect, it } from 'vitest';
import { WakeDetector } from '../../../core/refresh/wake-detector.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const hour = 3_600_000;

describe('a sleep of the machine', () => {
  let clock: ManualClock;
  let wakes: WakeDetector;
  let told: number;

  beforeEach(() => {
    clock = new ManualClock();
    wakes = new WakeDetector(clock);
    told = 0;
    wakes.onWake(() => {
      told += 1;
    });
  });

  it('is found out once, by whoever looks first', () => {
    clock.sleep(hour);
    expect([wakes.look(), wakes.look()]).toEqual([true, false]);
    expect(told).toBe(1);
  });

  it('is not seen in time that passes awake, nor in clocks that drift', () => {
    clock.advance(24 * hour);
    clock.step(5_000);
    expect(wakes.look()).toBe(false);
  });

  it('is not seen in a clock that is set back', () => {
    clock.step(-hour);
    expect(wakes.look()).toBe(false);
  });

  it('is taken for one where only the wall clock jumped: a suspended container has no boot clock of its own', () => {
    clock.step(hour);
    expect(wakes.look()).toBe(true);
  });

  it('counts once where the system tells as well', () => {
    clock.sleep(hour);
    wakes.woken();
    expect(wakes.look()).toBe(false);
    expect(told).toBe(1);
  });
});
