import { describe, expect, it } from 'vitest';
import { fails, judge, type Series, type Verdict } from '../../../bench/compare/judge.ts';

const measured = (...runs: readonly [number, ...number[]]): Series => ({ kind: 'measured', runs });
const missing: Series = { kind: 'missing', reason: 'no such command' };
const hundred = measured(98, 99, 100, 101, 102);

describe('a row where lower is better', () => {
  it.each<[string, Series, Verdict['kind']]>([
    ['every run above every other and the median by more than a twentieth', measured(106, 107, 108, 109, 110), 'worse'],
    ['every run below every other and the median by more than a twentieth', measured(90, 91, 92, 93, 94), 'better'],
    ['a median far above, but one run within the range', measured(102, 120, 130, 140, 150), 'same'],
    ['a median far below, but one run within the range', measured(50, 60, 70, 80, 98), 'same'],
    ['every run above, but the median by less than a twentieth', measured(103, 103, 104, 104, 105), 'same'],
    ['every run above and the median by just a twentieth', measured(103, 104, 105, 106, 107), 'same'],
    ['the same runs', hundred, 'same'],
  ])('%s', (_, here, verdict) => {
    expect(judge('lower', here, hundred)).toEqual({ kind: verdict });
  });

  it('is worse where a count left zero, which has no share', () => {
    expect(judge('lower', measured(1, 1, 1, 1, 1), measured(0, 0, 0, 0, 0))).toEqual({ kind: 'worse' });
    expect(judge('lower', measured(0, 0, 0, 0, 0), measured(0, 0, 0, 0, 0))).toEqual({ kind: 'same' });
  });
});

describe('a row where higher is better', () => {
  it.each<[Series, Verdict['kind']]>([
    [measured(90, 91, 92, 93, 94), 'worse'],
    [measured(106, 107, 108, 109, 110), 'better'],
    [measured(94, 95, 96, 97, 98), 'same'],
  ])('%j is %s', (here, verdict) => {
    expect(judge('higher', here, hundred)).toEqual({ kind: verdict });
  });
});

describe('a row that one side cannot do', () => {
  it.each<[string, Series, Series, Verdict['kind'], boolean]>([
    ['the other revision: it is new', hundred, missing, 'new', false],
    ['this one: it was lost', missing, hundred, 'lost', true],
    ['neither: nothing is known', missing, missing, 'unmeasured', true],
  ])('%s', (_, here, there, kind, failed) => {
    const verdict = judge('lower', here, there);
    expect(verdict).toEqual({ kind });
    expect(fails(verdict)).toBe(failed);
  });
});

describe('a comparison', () => {
  it('fails by what is worse, not by what is better or the same', () => {
    const failing = (['worse', 'better', 'same'] as const).filter((kind) => fails({ kind }));
    expect(failing).toEqual(['worse']);
  });
});
