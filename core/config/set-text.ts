import { type Document, isCollection, isMap, isScalar, type Pair, parseDocument, stringify, type YAMLMap } from 'yaml';

/** Top-level keys are meant with one name, keys of an account with `['accounts', ID, KEY]`. */
export type KeyPath = readonly [string] | readonly ['accounts', string, string];

/**
 * The same text with one key set, or without it where `value` is undefined. The line of the key is rewritten and
 * everything else keeps its bytes; a form that does not lie on lines of its own is written anew by the library.
 */
export function setKeyText(text: string, path: KeyPath, value: unknown): string {
  const document = parseDocument(text, { uniqueKeys: false });
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const key = path[path.length - 1] ?? '';
  if (path.length === 1 && document.contents === null && !/^(---|\.\.\.)/m.test(text)) {
    const gap = text === '' || text.endsWith('\n') ? '' : eol;
    return value === undefined ? text : `${text}${gap}${lineOf(key, value)}${eol}`;
  }
  if (!isMap(parent) || !isPlainBlock(text, parent)) return rewritten(document, path, value, eol);
  const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
  if (pair !== undefined) return replaced(text, parent, pair, value, eol) ?? rewritten(document, path, value, eol);
  if (value === undefined) return text;
  return inserted(text, parent, lineOf(key, value), eol) ?? rewritten(document, path, value, eol);
}

/** Without its indent, on one line: the library breaks long lists. */
function lineOf(key: string, value: unknown): string {
  const text = Array.isArray(value) ? `[${value.map(itemText).join(', ')}]` : itemText(value);
  return `${key}: ${text}`;
}

function itemText(value: unknown): string {
  const plain = typeof value === 'string' && !/[\s,[\]{}"'#&*!|>%@`]/.test(value);
  return plain ? stringify(value, { lineWidth: 0 }).trim() : JSON.stringify(value);
}

const startOf = (pair: Pair): number => (isScalar(pair.key) && pair.key.range ? pair.key.range[0] : -1);
const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1;

/** A block with every key on a line of its own. */
function isPlainBlock(text: string, map: YAMLMap): boolean {
  const starts = map.items.map(startOf);
  return (
    !map.flow && starts.length > 0 && starts.every((at) => at >= 0 && text.slice(lineStart(text, at), at).trim() === '')
  );
}

function replaced(text: string, map: YAMLMap, pair: Pair, value: unknown, eol: string): string | undefined {
  const from = lineStart(text, startOf(pair));
  const end = endOfValue(text, pair);
  if (end === undefined) return undefined;
  if (value === undefined) {
    // The last key of an account goes with nothing left to hold.
    return map.items.length === 1 ? undefined : text.slice(0, from) + text.slice(end);
  }
  const indent = text.slice(from, startOf(pair));
  const key = isScalar(pair.key) ? String(pair.key.value) : '';
  return `${text.slice(0, from)}${indent}${lineOf(key, value)}${eol}${text.slice(end)}`;
}

function inserted(text: string, map: YAMLMap, line: string, eol: string): string | undefined {
  const last = map.items.at(-1);
  if (last === undefined) return undefined;
  const indent = text.slice(lineStart(text, startOf(last)), startOf(last));
  const end = endOfValue(text, last);
  if (end === undefined) return undefined;
  const gap = text.slice(0, end).endsWith('\n') ? '' : eol;
  return `${text.slice(0, end)}${gap}${indent}${line}${eol}${text.slice(end)}`;
}

/** After the line in which the value ends, its comment included. */
function endOfValue(text: string, pair: Pair): number | undefined {
  const { value } = pair;
  const range = isScalar(value) || isCollection(value) ? value.range : undefined;
  if (!range) return undefined;
  const end = range[1];
  if (end > 0 && text[end - 1] === '\n') return end;
  const next = text.indexOf('\n', end);
  return next < 0 ? text.length : next + 1;
}

function rewritten(document: Document.Parsed, path: KeyPath, value: unknown, eol: string): string {
  if (value === undefined) document.deleteIn(path);
  else document.setIn(path, document.createNode(value));
  const text = document.toString({ lineWidth: 0 });
  return eol === '\n' ? text : text.replaceAll('\n', eol);
}
