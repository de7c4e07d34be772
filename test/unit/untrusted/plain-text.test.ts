import { describe, expect, it } from 'vitest';
import { plainText, printable, scopeText } from '../../../core/untrusted/plain-text.ts';

describe('text of a server, made fit to show', () => {
  it.each([
    ['one line', 'a\r\nb\tc', 'a b c'],
    ['no space around it', '  a  ', 'a'],
    ['no more than one space in a row', 'a \u00a0 b', 'a b'],
    ['nothing that moves the cursor', 'a\u001b\u0007b', 'a b'],
    ['nothing that turns the writing around', 'a\u202eb\u2066c', 'a b c'],
    ['no separators of lines and paragraphs', 'a\u2028\u2029b', 'a b'],
    ['letters of every script', 'Größe 漢字 😀', 'Größe 漢字 😀'],
  ])('has %s', (_what, text, shown) => {
    expect(plainText(text)).toBe(shown);
  });

  it('has 200 characters at most, the last of them telling that there was more', () => {
    expect(plainText('x'.repeat(200))).toBe('x'.repeat(200));
    expect(plainText('x'.repeat(201))).toBe(`${'x'.repeat(199)}…`);
  });

  it('counts characters, not halves of them', () => {
    expect(plainText('😀'.repeat(5), 5)).toBe('😀'.repeat(5));
    expect(plainText('😀'.repeat(6), 5)).toBe(`${'😀'.repeat(4)}…`);
  });
});

describe('what nobody sees', () => {
  const kinds: readonly (readonly [string, string])[] = [
    ['C0', '\u0000\u0007\u001b\n\r\t'],
    ['delete and C1', '\u007f\u0085\u009b\u009f'],
    ['bidi marks', '\u061c\u200e\u200f\u202a\u202e\u2066\u2069'],
    ['tag characters', '\u{e0001}\u{e0020}\u{e007f}'],
    ['zero-width characters', '\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e'],
    ['blank letters and lone selectors', '\u3164\u115f\u034f\ufe0f\u{e0100}'],
  ];

  it.each(kinds)('leaves a gap that is seen: %s', (_what, characters) => {
    for (const character of characters) {
      expect(printable(`a${character}b`)).toBe('a b');
      expect(plainText(`${character}a`)).toBe('a');
    }
    expect(printable(`a${characters}b`)).toBe('a b');
  });

  it('leaves no half of a character', () => {
    expect(printable('a\ud83d')).toBe('a\ufffd');
    expect(printable('\ude00a').isWellFormed()).toBe(true);
  });

  it.each(['👩\u200d💻', '👩🏽\u200d🚀', '❤\ufe0f', 'می\u200cخواهم', 'क्\u200dष', '葛\u{e0100}'])(
    'stays where the writing needs it: %s',
    (text) => {
      expect(printable(text)).toBe(text);
    },
  );

  it('is looked for no longer than the text that is shown', () => {
    expect(plainText(`${'x'.repeat(100)}${'\u202e'.repeat(1_000_000)}`)).toBe('x'.repeat(100));
  });
});

describe('spaces', () => {
  it('are kept in words of ours, which may hold a path', () => {
    expect(printable('/home/a  b ')).toBe('/home/a  b ');
  });

  it('separate scopes one by one', () => {
    expect(scopeText('a  b\u009bc ')).toBe('a b c');
    expect(scopeText(' \n')).toBeUndefined();
  });
});
