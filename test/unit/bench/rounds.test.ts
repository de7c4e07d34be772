import { describe, expect, it } from 'vitest';
import { medians, orderOf } from '../../bench/rounds.ts';

describe('rounds', () => {
  it('turn the order round every time', () => {
    expect(orderOf(['a', 'b', 'c'], 0)).toEqual(['a', 'b', 'c']);
    expect(orderOf(['a', 'b', 'c'], 1)).toEqual(['c', 'b', 'a']);
    expect(orderOf(['a', 'b', 'c'], 2)).toEqual(['a', 'b', 'c']);
  });

  it('run everybody alternately, and do not count the first', async () => {
    const ran: string[] = [];
    const contestant = (name: string, costs: readonly number[]) => {
      let run = 0;
      return {
        name,
        run: async () => {
          ran.push(name);
          return costs[run++] ?? Number.NaN;
        },
      };
    };
    const medianOf = await medians([contestant('a', [1000, 1, 2, 9]), contestant('b', [1000, 30, 10, 20])], 3);
    expect(ran).toEqual(['a', 'b', 'b', 'a', 'a', 'b', 'b', 'a']);
    expect(medianOf('a')).toBe(2);
    expect(medianOf('b')).toBe(20);
  });

  it('pass a failure on', async () => {
    const broken = { name: 'broken', run: () => Promise.reject(new Error('wrong answer')) };
    await expect(medians([broken], 3)).rejects.toThrow('wrong answer');
  });
});
