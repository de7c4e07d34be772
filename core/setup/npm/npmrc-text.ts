import { eolOf, withLines } from '../engine/text-lines.ts';
import type { SetupContext } from '../engine/tool.ts';

/** One `key = value` of npm's dialect. */
export interface NpmrcEntry {
  readonly key: string;
  readonly value: string;
  /** Its line, among `npmrcLines`. */
  readonly at: number;
  /** Below a `[section]`, where npm and pnpm before 11 do not look; later ones do. */
  readonly nested: boolean;
}

/** Lines with their ends, where npm's reader sees them: a CR alone ends one too. */
export const npmrcLines = (text: string): readonly string[] => text.match(/[^\r\n]*[\r\n]+|[^\r\n]+$/g) ?? [];

/** Quotes go, a backslash lets `\`, `;` and `#` stand, and what follows another `;` or `#` is a comment. */
function plainText(raw: string): string {
  const text = raw.trim();
  const [quote] = text;
  if ((quote !== '"' && quote !== "'") || !text.endsWith(quote)) {
    return text.replace(/\\([\\;#])|[;#].*$/gs, (_, escaped: string | undefined) => escaped ?? '').trim();
  }
  const inner = quote === '"' ? text : text.slice(1, -1);
  try {
    return String(JSON.parse(inner));
  } catch {
    return inner;
  }
}

/** `${NAME}` and `${NAME?}` as npm replaces them, in keys as in values; an odd number of backslashes keeps one. */
function withVariables(text: string, env: SetupContext['env']): string {
  return text.replace(
    /(?<!\\)(\\*)\$\{([^${}?]+)(\?)?\}/g,
    (whole: string, slashes: string, name: string, optional: string | undefined) => {
      if (slashes.length % 2 === 1) return whole.slice((slashes.length + 1) / 2);
      return slashes.slice(slashes.length / 2) + (env[name] ?? (optional === undefined ? `\${${name}}` : ''));
    },
  );
}

/** The entries in order; of two with one key the last counts. `[]` behind a key, for a list, is left out of it. */
export function npmrcEntries(text: string, env: SetupContext['env'] = {}): readonly NpmrcEntry[] {
  return entriesAsWritten(text).flatMap((entry) => {
    const name = withVariables(entry.key, env);
    return name === '' ? [] : [{ ...entry, key: name, value: withVariables(entry.value, env) }];
  });
}

/** The same before `${NAME}` is replaced. */
export function entriesAsWritten(text: string): readonly NpmrcEntry[] {
  let nested = false;
  return npmrcLines(text).flatMap((line, at) => {
    const content = line.replace(/[\r\n]+$/, '');
    if (/^\s*(?:[;#]|$)/.test(content)) return [];
    if (isSection(content)) {
      nested = true;
      return [];
    }
    const [, key = '', value = ''] = /^([^=]+)(?:=(.*))?$/s.exec(content) ?? [];
    return [{ key: plainText(key).replace(/(?<=.)\[\]$/, ''), value: plainText(value), at, nested }];
  });
}

const isSection = (line: string): boolean => /^\[[^\]]*\]\s*$/.test(line);

/** With more lines at the end, but before the first section: what stands below one is not the registry's. */
export function withNpmrcLines(text: string, added: readonly string[]): string {
  const lines = npmrcLines(text);
  const at = lines.findIndex(isSection);
  if (at < 0) return withLines(text, added);
  const ours = added.map((line) => line + eolOf(text));
  return [...lines.slice(0, at), ...ours, ...lines.slice(at)].join('');
}

export const withoutNpmrcLines = (text: string, gone: readonly NpmrcEntry[]): string =>
  npmrcLines(text)
    .filter((_, at) => !gone.some((entry) => entry.at === at))
    .join('');
