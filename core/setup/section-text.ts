import { eolOf, linesOf, withLines } from './text-lines.ts';

/** A `[header]` of an INI or TOML file and the lines under it. Line numbers count from 0; `to` is one too far. */
export interface Section {
  readonly header: string;
  readonly at: number;
  readonly to: number;
}

export function sectionsOf(text: string): readonly Section[] {
  const lines = linesOf(text);
  const starts = lines.flatMap((line, at) => {
    const header = /^\s*\[([^[\]]+)\]\s*(?:[#;].*)?$/.exec(line.trimEnd())?.[1];
    // An array of tables ends a section as well, and has no name we could mean.
    const any = header ?? (/^\s*\[\[.*\]\]/.test(line) ? '' : undefined);
    return any === undefined ? [] : [{ header: any.trim(), at }];
  });
  return starts.map(({ header, at }, index) => ({ header, at, to: starts[index + 1]?.at ?? lines.length }));
}

interface Entry {
  readonly value: string;
  readonly from: number;
  readonly to: number;
}

/** A value may go on: in indented lines (INI), or until its bracket closes (TOML). */
function entryOf(lines: readonly string[], section: Section, key: string): Entry | undefined {
  for (let at = section.at + 1; at < section.to; at += 1) {
    const [, name, value = ''] = /^\s*([\w.-]+|"[^"]*")\s*=\s*(.*)$/s.exec(lines[at] ?? '') ?? [];
    if (name === undefined || name.replaceAll('"', '') !== key) continue;
    let to = at + 1;
    let whole = value.trim();
    while (to < section.to && whole.startsWith('[') && !/\]\s*(?:#.*)?$/.test(whole)) {
      whole += ` ${(lines[to] ?? '').trim()}`;
      to += 1;
    }
    return { value: whole, from: at, to };
  }
  return undefined;
}

export function valueIn(text: string, header: string, key: string): string | undefined {
  const lines = linesOf(text);
  const sections = sectionsOf(text).filter((section) => section.header === header);
  return sections.map((section) => entryOf(lines, section, key)?.value).find((value) => value !== undefined);
}

/** Sets one key, in the section it is in already, or in a new one at the end. All else keeps its bytes. */
export function setInSection(text: string, header: string, key: string, value: string): string {
  const lines = linesOf(text);
  const eol = eolOf(text);
  const line = `${key} = ${value}`;
  const sections = sectionsOf(text).filter((section) => section.header === header);
  for (const section of sections) {
    const entry = entryOf(lines, section, key);
    if (entry === undefined) continue;
    return [...lines.slice(0, entry.from), line + eol, ...lines.slice(entry.to)].join('');
  }
  const [section] = sections;
  if (section === undefined) {
    const gap = text.trim() === '' || /\n\r?\n$/.test(text) ? [] : [''];
    return withLines(text, [...gap, `[${header}]`, line]);
  }
  let at = section.to;
  while (at > section.at + 1 && (lines[at - 1] ?? '').trim() === '') at -= 1;
  return withLines(lines.slice(0, at).join(''), [line]) + lines.slice(at).join('');
}

/** Without the key, and without its section where nothing else is left in it and `ownSection` says it was ours. */
export function removeInSection(text: string, header: string, key: string, ownSection: boolean): string {
  const lines = [...linesOf(text)];
  const section = sectionsOf(text).find((candidate) => {
    return candidate.header === header && entryOf(lines, candidate, key) !== undefined;
  });
  const entry = section && entryOf(lines, section, key);
  if (section === undefined || entry === undefined) return text;
  const rest = [...lines.slice(section.at + 1, entry.from), ...lines.slice(entry.to, section.to)];
  if (!ownSection || rest.some((line) => line.trim() !== '')) {
    lines.splice(entry.from, entry.to - entry.from);
    return lines.join('');
  }
  const gap = section.at > 0 && (lines[section.at - 1] ?? '').trim() === '' ? 1 : 0;
  lines.splice(section.at - gap, section.to - section.at + gap, ...rest);
  return lines.join('');
}
