import os from 'node:os';
import { beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../../core/platform/system-clock.ts';

describe('the boot clock', () => {
  const at = { wall: 1_000_000, monotonic: 50_000, uptime: 700, readings: 0 };
  const clock = () =>
    new SystemClock({
      now: () => at.wall,
      monotonic: () => at.monotonic,
      uptime: () => {
        at.readings += 1;
        return at.uptime;
      },
    });
  const pass = (milliseconds: number): void => {
    at.wall += milliseconds;
    at.monotonic += milliseconds;
    at.uptime += milliseconds / 1_000;
  };

  beforeEach(() => {
    at.readings = 0;
  });

  it('is reckoned for a minute, and then asked again', () => {
    const ours = clock();
    const first = ours.uptime();
    for (let times = 1; times <= 9; times += 1) {
      pass(6_000);
      expect(ours.uptime()).toBeCloseTo(first + times * 6);
    }
    expect(at.readings).toBe(1);
    pass(6_000);
    expect(ours.uptime()).toBe(at.uptime);
    expect(at.readings).toBe(2);
  });

  it('is asked at once after a sleep, which it counts', () => {
    const ours = clock();
    ours.uptime();
    at.wall += 3_600_000;
    at.uptime += 3_600;
    expect(ours.uptime()).toBe(at.uptime);
    expect(at.readings).toBe(2);
  });

  it('is the system’s own', () => {
    expect(Math.abs(new SystemClock().uptime() - os.uptime())).toBeLessThan(5);
  });
});
