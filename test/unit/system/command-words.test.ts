import { describe, expect, it } from 'vitest';
import { commandWords } from '../../../core/platform/command-words.ts';

describe('the words of a command line', () => {
  it.each<[string, readonly string[] | undefined]>([
    ['firefox', ['firefox']],
    ['  firefox   --private-window ', ['firefox', '--private-window']],
    ['google-chrome --profile-directory="Profile 1"', ['google-chrome', '--profile-directory=Profile 1']],
    [`'/opt/my browser/run' -P work`, ['/opt/my browser/run', '-P', 'work']],
    [`a "b 'c' d" 'e "f" g'`, ['a', `b 'c' d`, `e "f" g`]],
    ['a ""', ['a', '']],
    ['$(id) `id` ; x', ['$(id)', '`id`', ';', 'x']],
    ['', []],
    ['firefox "', undefined],
    [`it's`, undefined],
  ])('%j', (line, words) => {
    expect(commandWords(line)).toEqual(words);
  });
});
