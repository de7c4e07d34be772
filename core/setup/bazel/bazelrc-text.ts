import { eolOf, linesOf, withLines } from '../engine/text-lines.ts';

/** One line as Bazel sees it: a `\` at the end of a line of the file continues it, in a comment too. */
export interface BazelLine {
  readonly words: readonly string[];
  /** Lines of the file, from 0; `to` is one too far. */
  readonly from: number;
  readonly to: number;
}

export interface BazelHelper {
  /** `common`, `build`, or `build:CONFIG`. */
  readonly command: string;
  /** Empty for every host. */
  readonly scope: string;
  readonly path: string;
  readonly line: BazelLine;
}

const continued = /\\\r?\n$/;

/** As `rc_file.cc` of Bazel reads its files; without the variables that it puts in from 8.0 on. */
export function bazelLines(text: string): readonly BazelLine[] {
  const lines = linesOf(text);
  const found: BazelLine[] = [];
  for (let from = 0; from < lines.length; ) {
    let to = from + 1;
    while (to < lines.length && continued.test(lines[to - 1] ?? '')) to += 1;
    const whole = lines.slice(from, to).map((line) => line.replace(continued, ''));
    found.push({ words: wordsOf(whole.join('')), from, to });
    from = to;
  }
  return found;
}

/** Quotes may stand anywhere in a word, a backslash takes the next sign as it is in quotes too, `#` ends the line. */
function wordsOf(line: string): readonly string[] {
  const pieces =
    /\\(.?)|'((?:[^'\\]|\\.)*)(?:'|\\?$)|"((?:[^"\\]|\\.)*)(?:"|\\?$)|(#.*)|([ \t\r\n]+)|([^\\'"# \t\r\n]+)/gsy;
  const words: string[] = [];
  let word = '';
  const end = (): void => {
    if (word !== '') words.push(word);
    word = '';
  };
  for (const [, escaped, single, double, comment, gap, plain] of line.matchAll(pieces)) {
    if (comment !== undefined) break;
    if (gap !== undefined) end();
    else word += escaped ?? plain ?? (single ?? double ?? '').replace(/\\(.)/gs, '$1');
  }
  end();
  return words;
}

/** `--credential_helper=[SCOPE=]PATH`, in one word or two, in order. */
export function bazelHelpers(text: string): readonly BazelHelper[] {
  return bazelLines(text).flatMap((line) => {
    const [command = '', ...words] = line.words;
    return words.flatMap((word, at) => {
      const [flag, given] = /^--(?:experimental_)?credential_helper(?:=(.*))?$/s.exec(word) ?? [];
      if (flag === undefined) return [];
      const value = given ?? words[at + 1] ?? '';
      const equals = value.indexOf('=');
      return [{ command, scope: value.slice(0, Math.max(0, equals)), path: value.slice(equals + 1), line }];
    });
  });
}

/** Files that it takes in, as it names them; those of the workspace are of another file. */
export const bazelImports = (text: string): readonly string[] =>
  bazelLines(text).flatMap(({ words: [command, file] }) =>
    (command === 'import' || command === 'try-import') && file !== undefined ? [file] : [],
  );

/** With lines at the end that do not continue the one before. */
export function withBazelLines(text: string, added: readonly string[]): string {
  if (added.length === 0) return text;
  const eol = eolOf(text);
  const gap = /\\\r?$/.test(text) ? eol + eol : continued.test(text) ? eol : '';
  return withLines(text + gap, added);
}

/** Without a line; where `word` is given, without the words it is found in only. */
export function withoutBazelLine(text: string, { from, to }: BazelLine, word?: RegExp): string {
  const lines = linesOf(text);
  const instead = word === undefined ? '' : lines.slice(from, to).join('').replace(word, '');
  return [...lines.slice(0, from), instead, ...lines.slice(to)].join('');
}
