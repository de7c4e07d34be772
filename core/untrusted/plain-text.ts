/**
 * The one sanitiser of text that others chose: servers, files, callers. Pure.
 *
 * Control characters move the cursor of a terminal or start a new line of a log; bidi marks, tag characters and other
 * invisible ones make a text look like another. Each run of them becomes one space, so that the gap is seen.
 */

/** Nearly every text; looked at first because the log and the tables ask for each of their words. */
const harmless = /^[ -~]*$/;

/** Joiners belong to emoji and to the letters of scripts that join; anywhere else they hide. */
const joins =
  '(?<=[\\p{scx=Arab}\\p{scx=Syrc}\\p{scx=Deva}\\p{scx=Beng}\\p{scx=Guru}\\p{scx=Gujr}\\p{scx=Orya}\\p{scx=Taml}' +
  '\\p{scx=Telu}\\p{scx=Knda}\\p{scx=Mlym}\\p{scx=Sinh}\\p{scx=Khmr}\\p{scx=Mymr}])[\\u200c\\u200d](?=\\p{L})' +
  '|(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f])\\u200d(?=\\p{Extended_Pictographic})';
/** Emoji presentation, and the forms of Han letters. */
const selects = '(?<=\\p{Emoji})[\\ufe0e\\ufe0f]|(?<=\\p{scx=Hani})[\\u{e0100}-\\u{e01ef}]';

/** Compiled when first needed: most processes of ours end before that. */
let unseen: RegExp | undefined;
const gaps = /\ufffe+/g;

/** The text without anything that is not seen, its spaces as they are: for words of ours that quote others. */
export function printable(text: string): string {
  if (harmless.test(text)) return text;
  const whole = text.toWellFormed().replaceAll('\ufffe', ' ');
  // A noncharacter stands for what goes, until runs of it are one space.
  unseen ??= new RegExp(`(${joins}|${selects})|[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{DI}]`, 'gu');
  return whole.replace(unseen, (_match, kept: string | undefined) => kept ?? '\ufffe').replace(gaps, ' ');
}

/** Text a server chose, made fit to show: one line, nothing invisible, at most `limit` characters. */
export function plainText(text: string, limit = 200): string {
  // What is cut off anyway need not be cleaned: a text may be as long as a whole reply.
  const line = printable(text.slice(0, limit * 16))
    .replace(/\s+/g, ' ')
    .trim();
  if (line.length <= limit) return line;
  const characters = [...line];
  return characters.length <= limit ? line : `${characters.slice(0, limit - 1).join('')}…`;
}

/** Longer than any list of scopes in use. */
const longestScope = 8_192;

/** A list of scopes (RFC 6749 §3.3), separated by single spaces; undefined where it names none. */
export function scopeText(text: string): string | undefined {
  return plainText(text, longestScope) || undefined;
}
