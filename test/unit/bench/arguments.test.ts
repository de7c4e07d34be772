import { describe, expect, it } from 'vitest';
import { readArguments, type Wish } from '../../bench/arguments.ts';

describe('the arguments of the bench', () => {
  it.each<[readonly string[], Wish]>([
    [[], { kind: 'bench', quick: false, desktopOnly: false }],
    [['--quick', '--desktop'], { kind: 'bench', quick: true, desktopOnly: true }],
    [['--compare', 'HEAD~1'], { kind: 'compare', revision: 'HEAD~1', quick: false, json: undefined }],
    [
      ['--compare=v1.0', '--json', 'out.json', '--quick'],
      { kind: 'compare', revision: 'v1.0', quick: true, json: 'out.json' },
    ],
    [['--help'], { kind: 'help' }],
  ])('%j', (args, wish) => {
    expect(readArguments(args)).toEqual(wish);
  });

  it.each<[readonly string[], RegExp]>([
    [['--quik'], /--quik/],
    [['HEAD~1'], /HEAD~1/],
    [['--compare'], /--compare/],
    [['--compare='], /needs a revision/],
    [['--compare', '--quick'], /--compare/],
    [['--compare', 'HEAD', '--json='], /needs a file/],
    [['--json', 'out.json'], /--json needs --compare/],
    [['--compare', 'HEAD', '--desktop'], /--desktop/],
    [['--quick=yes'], /--quick/],
  ])('%j is refused', (args, problem) => {
    expect(readArguments(args)).toMatchObject({ kind: 'refused', problem: expect.stringMatching(problem) });
  });
});
