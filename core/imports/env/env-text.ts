import { parseEnv } from 'node:util';
import { linesOf, withLines } from '../../setup/engine/text-lines.ts';

export type EnvValues = ReadonlyMap<string, string>;

/** The assignments of a `.env` file, as Node's own reader of such files takes them. */
export function envValues(text: string): EnvValues {
  return new Map(Object.entries(parseEnv(text)).map(([name, value]) => [name, value ?? '']));
}

/**
 * The same text without the assignments of some names; undefined where the rest would be read differently. What counts
 * is what Node's reader makes of it, before and after.
 */
export function withoutVariables(text: string, names: ReadonlySet<string>): string | undefined {
  let rest = text;
  for (const name of names) {
    const shorter = withoutVariable(rest, name);
    if (shorter === undefined) return undefined;
    rest = shorter;
  }
  return rest;
}

function withoutVariable(text: string, name: string): string | undefined {
  const assigns = new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`);
  const wanted = new Map(envValues(text));
  wanted.delete(name);
  let lines = linesOf(text);
  // The last one counts, and the ones before it hold what may be a secret too.
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    if (!assigns.test(lines[at] ?? '')) continue;
    const shorter = withoutAssignment(lines, at, name);
    // A line that only looks like one, in the middle of another value.
    if (shorter !== undefined) lines = shorter;
  }
  const rest = lines.join('');
  return same(envValues(rest), wanted) ? rest : undefined;
}

/** Without the lines of one assignment; undefined where another variable would be read differently then. */
function withoutAssignment(lines: readonly string[], at: number, name: string): readonly string[] | undefined {
  const rest = [...lines.slice(0, at), ...lines.slice(at + linesOfValue(lines.slice(at).join('')))];
  const [before, after] = [lines, rest].map((some) => new Map(envValues(some.join(''))));
  before?.delete(name);
  after?.delete(name);
  return before !== undefined && after !== undefined && same(before, after) ? rest : undefined;
}

/** How many lines an assignment at the beginning of a text has: a value in quotes goes on to where they close. */
function linesOfValue(text: string): number {
  const [start = '', quote] = /^[^=]*=[^\S\n]*(["'`])?/.exec(text) ?? [];
  const end = quote === undefined ? -1 : text.indexOf(quote, start.length);
  return end < 0 ? 1 : text.slice(0, end).split('\n').length;
}

function same(left: EnvValues, right: EnvValues): boolean {
  return left.size === right.size && [...left].every(([name, value]) => right.get(name) === value);
}

/**
 * The same text with one variable set, and only that: a former value is gone. Undefined where no form of quotes
 * carries the value.
 */
export function withVariable(text: string, name: string, value: string): string | undefined {
  const rest = envValues(text).has(name) ? withoutVariables(text, new Set([name])) : text;
  if (rest === undefined) return undefined;
  const wanted = new Map([...envValues(text), [name, value]]);
  const forms = [/^[\w./:+=@~-]+$/.test(value) ? value : undefined, `'${value}'`, `"${value}"`, `\`${value}\``];
  return forms
    .flatMap((form) => (form === undefined ? [] : [withLines(rest, [`${name}=${form}`])]))
    .find((written) => same(envValues(written), wanted));
}
