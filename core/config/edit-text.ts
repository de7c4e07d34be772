import { type Document, isMap, isScalar, type Pair, parseDocument, stringify, type YAMLMap } from 'yaml';

type Fields = Readonly<Record<string, unknown>>;

interface Shape {
  readonly document: Document.Parsed;
  readonly accounts: YAMLMap | undefined;
  readonly eol: string;
}

function shapeOf(text: string): Shape {
  const document = parseDocument(text, { uniqueKeys: false });
  const found = isMap(document.contents) ? document.contents.get('accounts', true) : undefined;
  return { document, accounts: isMap(found) ? found : undefined, eol: text.includes('\r\n') ? '\r\n' : '\n' };
}

const startOf = (pair: Pair): number => (isScalar(pair.key) && pair.key.range ? pair.key.range[0] : -1);
const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1;

/** A block with every line on its own, which is what can be edited line by line. */
function isPlainBlock(text: string, accounts: YAMLMap): boolean {
  const starts = accounts.items.map(startOf);
  return !accounts.flow && starts.every((at) => at >= 0 && text.slice(lineStart(text, at), at).trim() === '');
}

function block(id: string, fields: Fields, indent: string, eol: string): string {
  const lines = stringify({ [id]: fields }, { lineWidth: 0 })
    .trimEnd()
    .split('\n');
  return lines.map((line) => `${indent}${line}${eol}`).join('');
}

/** Where the last content under a pair ends: after its line, comments of that line included. */
function endOfContent(text: string, accounts: YAMLMap): number {
  const end = accounts.range?.[1] ?? text.length;
  if (text[end - 1] === '\n') return end;
  const next = text.indexOf('\n', end);
  return next < 0 ? text.length : next + 1;
}

/**
 * The same text with one account more. Lines are spliced in, so that everything else keeps its bytes; only a
 * file of an unusual form (`accounts: {…}`) is written anew by the library, which keeps comments but not spacing.
 */
export function insertAccount(text: string, id: string, fields: Fields): string {
  const { document, accounts, eol } = shapeOf(text);
  if (accounts !== undefined && accounts.items.length > 0 && isPlainBlock(text, accounts)) {
    const first = startOf(accounts.items[0] as Pair);
    const indent = text.slice(lineStart(text, first), first);
    const at = endOfContent(text, accounts);
    const gap = text.slice(0, at).endsWith('\n') ? '' : eol;
    return text.slice(0, at) + gap + block(id, fields, indent, eol) + text.slice(at);
  }
  if (
    !document.has('accounts') &&
    (document.contents === null || isMap(document.contents)) &&
    !/^(---|\.\.\.|\{)/m.test(text)
  ) {
    const gap = text === '' || text.endsWith('\n') ? '' : eol;
    return `${text}${gap}accounts:${eol}${block(id, fields, '  ', eol)}`;
  }
  const emptyKey = /^accounts:[ ]*(?:#.*)?\r?\n/m.exec(text);
  if (emptyKey !== null && document.get('accounts') === undefined) {
    const at = emptyKey.index + emptyKey[0].length;
    return text.slice(0, at) + block(id, fields, '  ', eol) + text.slice(at);
  }
  if (accounts === undefined) document.set('accounts', document.createNode({}));
  const target = document.get('accounts', true);
  if (isMap(target) && target.items.length === 0) target.flow = false;
  document.setIn(['accounts', id], document.createNode(fields));
  return written(document, eol);
}

/** The same text without the account and the comment lines that stand right above it. */
export function removeAccountText(text: string, id: string): string {
  const { document, accounts, eol } = shapeOf(text);
  const index = accounts?.items.findIndex((pair) => isScalar(pair.key) && String(pair.key.value) === id) ?? -1;
  const pair = accounts?.items[index];
  if (accounts === undefined || pair === undefined) return text;
  if (!isPlainBlock(text, accounts)) {
    document.deleteIn(['accounts', id]);
    return written(document, eol);
  }
  const next = accounts.items[index + 1];
  let from = lineStart(text, startOf(pair as Pair));
  // Above the first account stands what is said of all of them.
  if (index > 0) from = aboveComments(text, from);
  let to = next === undefined ? endOfContent(text, accounts) : lineStart(text, startOf(next as Pair));
  if (next !== undefined) to = keepLeadIn(text, from, to);
  return text.slice(0, from) + text.slice(to);
}

function aboveComments(text: string, at: number): number {
  let from = at;
  while (from > 0) {
    const previous = lineStart(text, from - 1);
    if (!text.slice(previous, from).trimStart().startsWith('#')) break;
    from = previous;
  }
  return from;
}

/** Comments and blank lines between two accounts belong to the one below. */
function keepLeadIn(text: string, from: number, to: number): number {
  let at = to;
  while (at > from) {
    const previous = lineStart(text, at - 1);
    const line = text.slice(previous, at).trim();
    if (previous <= from || (line !== '' && !line.startsWith('#'))) break;
    at = previous;
  }
  return at;
}

function written(document: Document.Parsed, eol: string): string {
  const text = document.toString({ lineWidth: 0 });
  return eol === '\n' ? text : text.replaceAll('\n', eol);
}
