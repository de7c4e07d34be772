import { linesOf, withLines } from './text-lines.ts';

export interface IniEntry {
  /** In lower case, as Python's configparser gives it. */
  readonly key: string;
  /** Lines that go on are joined by a newline. */
  readonly value: string;
  /** Line numbers from 0; `to` is one too far. */
  readonly from: number;
  readonly to: number;
}

export interface IniSection {
  readonly name: string;
  readonly at: number;
  readonly to: number;
  readonly entries: readonly IniEntry[];
}

/**
 * The sections by the rules of Python's `configparser.RawConfigParser`, which botocore and pip read their files with:
 * `=` or `:`, comments on lines of their own only, and every line that is set in further goes on with the value before.
 */
export function iniSections(text: string): readonly IniSection[] {
  const sections: { name: string; at: number; to: number; entries: IniEntry[] }[] = [];
  const lines = linesOf(text);
  let indent = 0;
  let open = false;
  for (const [at, line] of lines.entries()) {
    const content = line.trim();
    if (content === '' || /^[#;]/.test(content)) continue;
    const section = sections.at(-1);
    const own = line.search(/\S/);
    const last = section?.entries.at(-1);
    if (open && section !== undefined && last !== undefined && own > indent) {
      section.entries[section.entries.length - 1] = { ...last, value: `${last.value}\n${content}`, to: at + 1 };
      section.to = at + 1;
      continue;
    }
    indent = own;
    const header = /^\[(.+)\]/.exec(content)?.[1];
    if (header !== undefined) {
      sections.push({ name: header, at, to: at + 1, entries: [] });
      open = false;
      continue;
    }
    const [, key = '', value = ''] = /^(.*?)\s*[=:]\s*(.*)$/.exec(content) ?? [];
    open = key !== '';
    section?.entries.push({ key: key.toLowerCase(), value, from: at, to: at + 1 });
    if (section !== undefined) section.to = at + 1;
  }
  return sections;
}

/** Why `configparser` ends with an error, and in which line, from 1; undefined for a text that it reads. */
export function iniProblem(text: string): { readonly line: number; readonly why: string } | undefined {
  const problem = (at: number, why: string) => ({ line: at + 1, why });
  if (text.startsWith('\uFEFF')) return problem(0, 'a byte order mark stands there');
  const first = linesOf(text).findIndex((line) => !/^\s*(?:[#;]|$)/.test(line));
  if (first >= 0 && !/^\s*\[.+\]/.test(linesOf(text)[first] ?? ''))
    return problem(first, 'a value stands before any section');
  const seen = new Set<string>();
  for (const { name, at, entries } of iniSections(text)) {
    if (seen.has(name) && name !== 'DEFAULT') return problem(at, 'a section stands there twice');
    seen.add(name);
    for (const { key, from } of entries) {
      if (key === '') return problem(from, 'a line has no key with = or :');
      if (seen.has(`${name}\n${key}`)) return problem(from, 'a key stands there twice');
      seen.add(`${name}\n${key}`);
    }
  }
  return undefined;
}

const inLines = (text: string, from: number, to: number, lines: readonly string[]): string => {
  const all = linesOf(text);
  return withLines(all.slice(0, from).join(''), lines) + all.slice(to).join('');
};

/** Sets one key of the section, in place, or below the last of its entries; `undefined` for a new section at the end. */
export function withIniValue(
  text: string,
  section: IniSection | undefined,
  name: string,
  key: string,
  value: string,
): string {
  const line = `${key} = ${value}`;
  if (section === undefined) {
    const gap = text.trim() === '' || /\n\r?\n$/.test(text) ? [] : [''];
    return withLines(text, [...gap, `[${name}]`, line]);
  }
  const entry = section.entries.findLast((candidate) => candidate.key === key);
  // A line set in less than those below would take them for its own value.
  const beside = entry ?? section.entries.at(-1);
  const lead = /^[^\S\r\n]*/.exec(linesOf(text)[beside?.from ?? section.at] ?? '')?.[0] ?? '';
  if (entry !== undefined) return inLines(text, entry.from, entry.to, [lead + line]);
  return inLines(text, section.to, section.to, [lead + line]);
}

/** Without an entry, and with `empties` without its section where nothing else is left in that. */
export function withoutIniEntry(text: string, section: IniSection, entry: IniEntry, empties: boolean): string {
  const lines = linesOf(text);
  const next = iniSections(text).find(({ at }) => at > section.at)?.at ?? lines.length;
  const rest = [...lines.slice(section.at + 1, entry.from), ...lines.slice(entry.to, next)];
  if (!empties || rest.some((line) => line.trim() !== '')) {
    return [...lines.slice(0, entry.from), ...lines.slice(entry.to)].join('');
  }
  const gap = section.at > 0 && (lines[section.at - 1] ?? '').trim() === '' ? 1 : 0;
  return [...lines.slice(0, section.at - gap), ...rest, ...lines.slice(next)].join('');
}
