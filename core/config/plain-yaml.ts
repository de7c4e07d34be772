import type { YamlEntry, YamlMap, YamlNode, YamlScalar } from './yaml-tree.ts';

/**
 * The YAML that configuration files are nearly always written in: blocks of keys, plain words, short lists in
 * brackets. Anything else gives undefined, and the whole file is left to the library: this reader never guesses and
 * reports no errors. It exists because the library takes 100 ms and more for a thousand accounts.
 */
export function parsePlainYaml(text: string): { readonly root: YamlNode | undefined } | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\0-\x09\x0b-\x1f\x7f\ufeff\u0085\u2028\u2029]/.test(text)) return undefined;
  const lines = contentLines(text);
  if (lines === undefined) return undefined;
  const first = lines[0];
  if (first === undefined) return { root: undefined };
  if (first.indent !== 0) return undefined;
  const cursor: Cursor = { lines, next: 0 };
  const root = readMap(cursor, 0, 0);
  return root === undefined || cursor.next < lines.length ? undefined : { root };
}

interface Line {
  readonly indent: number;
  readonly content: string;
  readonly number: number;
}

interface Cursor {
  readonly lines: readonly Line[];
  next: number;
}

const deepest = 8;
const keyLine = /^([A-Za-z0-9_][\w.@-]{0,80}):(?: +(\S.*))?$/;
const itemLine = /^- +(\S.*)$/;
/** No character that could mean anything but itself, in a block or in brackets. */
const word = /^[A-Za-z0-9/](?:[\w .~/@+*%=-]|:(?=[\w/]))*$/;
const quotedWord = /^"[^"\\]*"$|^'[^']*'$/;

function contentLines(text: string): readonly Line[] | undefined {
  const lines: Line[] = [];
  let number = 0;
  for (const raw of text.split('\n')) {
    number += 1;
    const trimmed = raw.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const comment = trimmed.indexOf(' #');
    if (comment >= 0 && /["']/.test(trimmed)) return undefined;
    const content = comment < 0 ? trimmed : trimmed.slice(0, comment).trimEnd();
    lines.push({ indent: raw.length - raw.trimStart().length, content, number });
  }
  return lines;
}

function readMap(cursor: Cursor, indent: number, depth: number): YamlMap | undefined {
  const start = cursor.lines[cursor.next];
  if (start === undefined || depth > deepest) return undefined;
  const entries = new Map<string, YamlEntry>();
  for (let line = cursor.lines[cursor.next]; line?.indent === indent; line = cursor.lines[cursor.next]) {
    const [, key, written] = keyLine.exec(line.content) ?? [];
    if (key === undefined || entries.has(key) || typeof resolve(key) !== 'string') return undefined;
    cursor.next += 1;
    const value = written === undefined ? readNested(cursor, line, depth) : readInline(written, line.number);
    if (value === undefined) return undefined;
    entries.set(key, { line: line.number, value });
    // A deeper line here would go on with the word above it.
    if ((cursor.lines[cursor.next]?.indent ?? 0) > indent) return undefined;
  }
  return { kind: 'map', entries, line: start.number };
}

function readNested(cursor: Cursor, parent: Line, depth: number): YamlNode | undefined {
  const line = cursor.lines[cursor.next];
  if (line !== undefined && line.indent >= parent.indent && itemLine.test(line.content)) {
    return readList(cursor, line.indent);
  }
  if (line !== undefined && line.indent > parent.indent) return readMap(cursor, line.indent, depth + 1);
  return { kind: 'scalar', value: null, source: '', line: parent.number };
}

function readList(cursor: Cursor, indent: number): YamlNode | undefined {
  const items: YamlNode[] = [];
  const start = cursor.lines[cursor.next];
  for (let line = start; line?.indent === indent; line = cursor.lines[cursor.next]) {
    const written = itemLine.exec(line.content)?.[1];
    if (written === undefined) break;
    const item = readWord(written, line.number);
    if (item === undefined) return undefined;
    items.push(item);
    cursor.next += 1;
  }
  return { kind: 'list', items, line: start?.number ?? 1 };
}

function readInline(written: string, line: number): YamlNode | undefined {
  const inside = written.slice(1, -1).trim();
  if (written.startsWith('[') && written.endsWith(']')) {
    const items = inside.split(',').map((part) => readWord(part.trim(), line));
    return items.every((item) => item !== undefined) ? { kind: 'list', items, line } : undefined;
  }
  if (written.startsWith('{') && written.endsWith('}')) {
    const entries = new Map<string, YamlEntry>();
    for (const part of inside.split(',')) {
      const [, key, rest] = keyLine.exec(part.trim()) ?? [];
      const value = rest === undefined ? undefined : readWord(rest, line);
      if (key === undefined || value === undefined || entries.has(key)) return undefined;
      if (typeof resolve(key) !== 'string') return undefined;
      entries.set(key, { line, value });
    }
    return { kind: 'map', entries, line };
  }
  return readWord(written, line);
}

function readWord(written: string, line: number): YamlScalar | undefined {
  if (quotedWord.test(written) && !written.includes(',')) {
    const value = written.slice(1, -1);
    return { kind: 'scalar', value, source: value, line };
  }
  if (!word.test(written)) return undefined;
  const value = resolve(written);
  return value === undefined ? undefined : { kind: 'scalar', value, source: written, line };
}

/** The core schema (YAML 1.2 §10.3); undefined for numbers of unusual form. */
function resolve(written: string): string | number | boolean | null | undefined {
  if (/^(true|True|TRUE)$/.test(written)) return true;
  if (/^(false|False|FALSE)$/.test(written)) return false;
  if (/^(null|Null|NULL)$/.test(written)) return null;
  if (/^(0|[1-9]\d{0,14})$/.test(written)) return Number(written);
  return /^(0[ox].*|\d+(\.\d*)?([eE][-+]?\d*)?)$/.test(written) ? undefined : written;
}
