import { isDeepStrictEqual } from 'node:util';
import { parse, TomlError } from 'smol-toml';
import { KeytrayError } from '../../errors.ts';
import { eolOf, linesOf, withLines } from './text-lines.ts';
import { correctFile } from './words.ts';

export type TomlTable = Readonly<Record<string, unknown>>;

export const isTable = (value: unknown): value is TomlTable =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

export function tableIn(table: TomlTable, key: string): TomlTable {
  const value = Object.hasOwn(table, key) ? table[key] : undefined;
  return isTable(value) ? value : {};
}

/** The values; throws a `KeytrayError` that names the line, and shows nothing of what stands there. */
export function readToml(text: string, file: string): TomlTable {
  try {
    return parse(text.replace(/^\uFEFF/, ''), { integersAsBigInt: 'asNeeded' });
  } catch (error) {
    const line = error instanceof TomlError ? `:${error.line}` : '';
    throw new KeytrayError('misconfigured', `${file}${line} is not TOML; nothing was changed`, { advice: correctFile });
  }
}

function valuesOf(text: string): TomlTable | undefined {
  try {
    return readToml(text, '');
  } catch {
    return undefined;
  }
}

/** One `key = value`, which may be several lines. Line numbers from 0; `to` is one too far. */
interface TomlEntry {
  readonly from: number;
  readonly to: number;
  /** What stands before the key: blanks, and the first parts of a dotted key. */
  readonly lead: string;
  /** From the key to the end of its last line, which is part of it. */
  readonly rest: string;
}

const longestEntry = 200;

/** What may be an entry of this key, in whichever table or string: only a reading of the whole file tells. */
function entriesOf(text: string, key: string): readonly TomlEntry[] {
  const lines = linesOf(text);
  const start = new RegExp(`^(\\s*(?:[^=#]*\\.\\s*)?)(?:"${key}"|'${key}'|${key})\\s*=`);
  return lines.flatMap((line, from) => {
    const lead = start.exec(line)?.[1];
    if (lead === undefined) return [];
    for (let to = from + 1; to <= Math.min(lines.length, from + longestEntry); to += 1) {
      const whole = lines.slice(from, to).join('');
      if (valuesOf(whole) !== undefined) return [{ from, to, lead, rest: whole.slice(lead.length) }];
    }
    return [];
  });
}

function inPlace(text: string, { from, to }: TomlEntry, instead: string): string {
  const lines = linesOf(text);
  return lines.slice(0, from).join('') + instead + lines.slice(to).join('');
}

/** The values with one more, or one less where it is undefined. Nothing that was given is changed. */
function changed(values: TomlTable, path: readonly string[], value: unknown): TomlTable {
  const [key, ...inner] = path;
  if (key === undefined) return values;
  const { [key]: present, ...others } = values;
  const wanted = inner.length > 0 ? changed(isTable(present) ? present : {}, inner, value) : value;
  // Without a prototype, as the parser's tables are: the comparison looks at that too.
  return Object.assign(Object.create(null), others, wanted === undefined ? {} : { [key]: wanted });
}

/** A change of text is what was meant only if the whole file reads the same but for it. */
const verified = (candidates: readonly string[], wanted: TomlTable): string | undefined =>
  candidates.find((candidate) => isDeepStrictEqual(valuesOf(candidate), wanted));

/**
 * Sets a list of words at `path`, over the entry that is there or below the one called `beside`, in the way that is
 * written. Undefined where the text has no safe place for it, as in an inline table.
 */
export function withTomlWords(
  text: string,
  file: string,
  path: readonly string[],
  words: readonly string[],
  beside: string,
): string | undefined {
  const values = readToml(text, file);
  const wanted = changed(values, path, words);
  if (isDeepStrictEqual(values, wanted)) return text;
  const key = path.at(-1) ?? '';
  const line = `${key} = [${words.map(tomlString).join(', ')}]`;
  const over = entriesOf(text, key).map((entry) => inPlace(text, entry, entry.lead + line + eolOf(text)));
  const below = entriesOf(text, beside).map((entry) => {
    const lines = linesOf(text);
    return withLines(lines.slice(0, entry.to).join(''), [entry.lead + line]) + lines.slice(entry.to).join('');
  });
  return verified([...over, ...below], wanted);
}

/** Takes the entry at `path` out, or gives it the value back that `before` has there. Undefined as above. */
export function withTomlBefore(
  text: string,
  file: string,
  path: readonly string[],
  before: string,
): string | undefined {
  const values = readToml(text, file);
  const key = path.at(-1) ?? '';
  const found = valueAt(valuesOf(before) ?? {}, path);
  const given = entriesOf(before, key).flatMap(({ rest }) => {
    return isDeepStrictEqual(valuesOf(rest)?.[key], found) ? [rest] : [];
  });
  const candidates = entriesOf(text, key).flatMap((entry) =>
    found === undefined
      ? [inPlace(text, entry, '')]
      : given.map((rest) => inPlace(text, entry, entry.lead + (rest.endsWith('\n') ? rest : rest + eolOf(text)))),
  );
  return verified(candidates, changed(values, path, found));
}

export function valueAt(values: TomlTable, path: readonly string[]): unknown {
  const key = path.at(-1) ?? '';
  const table = path.slice(0, -1).reduce(tableIn, values);
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

export function tomlString(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
