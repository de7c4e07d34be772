import { describe, expect, it } from 'vitest';
import { deadline } from '../../../core/concurrency/deadline.ts';
import { ManualClock } from '../../support/manual-clock.ts';

describe('a deadline', () => {
  it('aborts as a timeout once its time is over, and not before', () => {
    const clock = new ManualClock();
    const { signal } = deadline(clock, 30_000);
    clock.advance(29_999);
    expect(signal.aborted).toBe(false);
    clock.advance(1);
    expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
  });

  it('stands still while the machine sleeps', () => {
    const clock = new ManualClock();
    const { signal } = deadline(clock, 30_000);
    clock.sleep(3_600_000);
    expect(signal.aborted).toBe(false);
  });

  it('leaves no timer behind when it is cancelled', () => {
    const clock = new ManualClock();
    const { signal, cancel } = deadline(clock, 30_000);
    cancel();
    expect(clock.untilNextTimer).toBeUndefined();
    clock.advance(60_000);
    expect(signal.aborted).toBe(false);
  });
});
