import { describe, expect, it } from 'vitest';
import { slopeOf } from '../../support/measured-agent.ts';

describe('the slope of what memory is left after each round', () => {
  it('is what a round adds', () => {
    expect(slopeOf([10, 13, 16, 19])).toBe(3);
  });

  it('is not moved by a jump, a dip or a last value of their own', () => {
    expect(slopeOf([5, 5, 900, 5, 5, 5, 5])).toBe(0);
    expect(slopeOf([5, 5, 5, 5, 5, 5, 900])).toBe(0);
  });

  it('is not moved by one step up, after which all is level', () => {
    expect(slopeOf([5, 5, 5, 5, 5, 5, 5, 90, 90])).toBe(0);
  });

  it('is found in what goes up and down', () => {
    const noise = [0, 40, -30, 20, -10, 35, -25, 5];
    expect(slopeOf(noise.map((swing, round) => 100 * round + swing))).toBeGreaterThan(90);
  });

  it('is none without a round before', () => {
    expect([slopeOf([]), slopeOf([7])]).toEqual([0, 0]);
  });
});
