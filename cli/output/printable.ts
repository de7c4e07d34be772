import { printable as withoutUnseen } from '../../core/untrusted/plain-text.ts';

const wide = /^(?:\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Emoji_Presentation})/u;
const ascii = /^[ -~]*$/;

/** The text on one line, safe to show on a terminal. */
export function printable(text: string): string {
  return withoutUnseen(text).trim();
}

/** Making a segmenter takes longer than most commands; nearly every text does without. */
function characters(text: string): readonly string[] {
  return ascii.test(text) ? [...text] : Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}

const widthOf = (character: string): number => (wide.test(character) ? 2 : 1);

/** Columns the text takes on a terminal. */
export function textWidth(text: string): number {
  return characters(text).reduce((sum, character) => sum + widthOf(character), 0);
}

/** The text in at most `columns` columns, cut with an ellipsis. */
export function cutText(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let kept = '';
  let used = 1;
  for (const character of characters(text)) {
    used += widthOf(character);
    if (used > columns) break;
    kept += character;
  }
  return `${kept}…`;
}
