import { eolOf, linesOf } from '../engine/text-lines.ts';

const start = 'GOAUTH=';

/**
 * Go's environment file as Go reads it (`cmd/go/internal/cfg`, `readEnvFile`): no quotes, no comment behind a value,
 * nothing trimmed, and of a variable that stands there twice the last line counts.
 */
const lineAt = (lines: readonly string[]): number => lines.findLastIndex((line) => line.startsWith(start));

/** What stands behind `GOAUTH=`; undefined where no line has it. */
export function goauthIn(text: string): string | undefined {
  const lines = linesOf(text);
  return lines[lineAt(lines)]?.slice(start.length).replace(/\r?\n$/, '');
}

/** The text with another value in the line that counts, or in a new last one; undefined takes that line out. */
export function withGoauth(text: string, value: string | undefined): string {
  const lines = linesOf(text);
  const at = lineAt(lines);
  if (at < 0) {
    const gap = text === '' || text.endsWith('\n') ? '' : eolOf(text);
    return value === undefined ? text : `${text}${gap}${start}${value}${eolOf(text)}`;
  }
  const end = /\r?\n?$/.exec(lines[at] ?? '')?.[0] ?? '';
  return [...lines.slice(0, at), value === undefined ? '' : start + value + end, ...lines.slice(at + 1)].join('');
}

/** The commands of a list as they are written; an empty value has none. Go splits before it looks at quotes. */
export const commandsOf = (value: string): readonly string[] => (value.trim() === '' ? [] : value.split(';'));

/**
 * The words of a command (`cmd/internal/quoted`, `Split`): a quote counts at the start of a word only, and escapes
 * nothing. Undefined where it is not closed, which Go ignores the whole command for.
 */
export function wordsOf(command: string): readonly string[] | undefined {
  const words: string[] = [];
  for (let rest = command.trim(); rest !== ''; rest = rest.trim()) {
    const [whole, double, single, plain] = /^(?:"([^"]*)"|'([^']*)'|([^"'\s]\S*))/.exec(rest) ?? [];
    const word = double ?? single ?? plain;
    if (whole === undefined || word === undefined) return undefined;
    words.push(word);
    rest = rest.slice(whole.length);
  }
  return words;
}

/** Why Go ends with an error (`cmd/go/internal/auth`), in words that follow the name of the file. */
export function goauthProblem(value: string): string | undefined {
  const commands = commandsOf(value).map((command) => command.trim());
  const first = commands.map((command) => command.split(/\s+/)[0]);
  if (commands.includes('')) return 'has an empty command in GOAUTH, which Go refuses; take out that semicolon first';
  return first.includes('off') ? 'says GOAUTH=off; remove that first: go env -u GOAUTH' : undefined;
}
