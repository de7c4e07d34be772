import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { JsonObject } from '../engine/json-text.ts';
import { eolOf } from '../engine/text-lines.ts';

export interface KubeChange {
  /** Users by the name of the context that is to have them; undefined takes the user away. */
  readonly contexts: ReadonlyMap<string, string | undefined>;
  /** Names of users that go. */
  readonly removed: ReadonlySet<string>;
  /** Entries of `users`. */
  readonly added: readonly JsonObject[];
}

type Parsed = Document.Parsed;

interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

function applied(text: string, splices: readonly Splice[]): string {
  return [...splices]
    .sort((left, right) => right.from - left.from)
    .reduce((rest, { from, to, text: middle }) => rest.slice(0, from) + middle + rest.slice(to), text);
}

const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;
const lineEnd = (text: string, at: number): number => {
  if (at > 0 && text[at - 1] === '\n') return at;
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
};

function itemsOf(document: Document, key: string): readonly YAMLMap[] {
  const list = document.get(key, true);
  return isSeq(list) ? list.items.filter((item) => isMap(item)) : [];
}

const nameOf = (item: unknown): string => {
  const name = isMap(item) ? item.get('name') : undefined;
  return typeof name === 'string' ? name : '';
};

const again = (text: string): Parsed => parseDocument(text, { uniqueKeys: false, merge: true, keepSourceTokens: true });

/** Line by line, as kubectl writes it: all other lines keep their bytes. */
export function spliced(text: string, document: () => Parsed, change: KubeChange): string {
  const pointed = applied(text, contextSplices(text, document(), change));
  const freed = withoutUsers(pointed, again(pointed), change.removed);
  return change.added.length === 0 ? freed : withUsers(freed, again(freed), change.added);
}

/** Written anew by the library, which keeps comments but not all spacing. */
export function rewritten(text: string, document: () => Parsed, { contexts, removed, added }: KubeChange): string {
  const edited = document();
  for (const item of itemsOf(edited, 'contexts')) {
    const context = item.get('context', true);
    if (!contexts.has(nameOf(item)) || !isMap(context)) continue;
    const user = contexts.get(nameOf(item));
    if (user === undefined) context.delete('user');
    else context.set('user', user);
  }
  const list = edited.get('users', true);
  if (isSeq(list)) {
    list.items = list.items.filter((item) => !removed.has(nameOf(item)));
    for (const entry of added) list.add(edited.createNode(entry));
  } else if (added.length > 0) edited.set('users', edited.createNode(added));
  const padded = !/[{[][^\s\]}]/.test(text);
  const written = edited.toString({ lineWidth: 0, indentSeq: false, flowCollectionPadding: padded });
  return text.includes('\r\n') ? written.replaceAll('\n', '\r\n') : written;
}

function contextSplices(text: string, document: Parsed, { contexts }: KubeChange): readonly Splice[] {
  return itemsOf(document, 'contexts').flatMap((item) => {
    const context = item.get('context', true);
    const user = contexts.get(nameOf(item));
    if (!contexts.has(nameOf(item)) || !isMap(context) || context.get('user') === user) return [];
    return [contextSplice(text, context, user)];
  });
}

function contextSplice(text: string, context: YAMLMap, user: string | undefined): Splice {
  // The last of two keys of one name is the one that counts.
  const pairOf = (key: string) => context.items.findLast((pair) => isScalar(pair.key) && pair.key.value === key);
  const startOf = (key: string): number => {
    const at = pairOf(key)?.key;
    return isScalar(at) && at.range ? at.range[0] : 0;
  };
  const value = pairOf('user')?.value;
  if ((isScalar(value) || isAlias(value)) && value.range) {
    const [from, to] = value.range;
    if (user !== undefined) return { from, to, text: from === to ? ` ${user}` : user };
    return { from: lineStart(text, startOf('user')), to: lineEnd(text, to), text: '' };
  }
  const at = startOf('cluster');
  if (context.flow === true) return { from: at, to: at, text: `user: ${user}, ` };
  const indent = ' '.repeat(at - lineStart(text, at));
  const end = lineEnd(text, at);
  const gap = text[end - 1] === '\n' ? '' : eolOf(text);
  return { from: end, to: end, text: `${gap}${indent}user: ${user}${eolOf(text)}` };
}

/** Where the dash of every entry stands: a comment between dash and entry may have dashes of its own. */
function dashesOf(list: YAMLSeq): readonly number[] {
  const token = list.srcToken;
  if (token?.type !== 'block-seq') throw new TypeError('the list is not written line by line');
  return token.items.flatMap(({ start }) =>
    start.filter(({ type }) => type === 'seq-item-ind').map(({ offset }) => offset),
  );
}

function withUsers(text: string, document: Parsed, added: readonly JsonObject[]): string {
  const list = document.get('users', true);
  const eol = eolOf(text);
  const lines = (indent: string): string =>
    stringify(added, { lineWidth: 0, indentSeq: false })
      .replace(/^(?=.)/gm, indent)
      .replaceAll('\n', eol);
  const gapAt = (end: number): string => (end === 0 || text[end - 1] === '\n' ? '' : eol);
  if (isSeq(list) && list.items.length > 0 && list.range) {
    const [dash = 0] = dashesOf(list);
    const end = lineEnd(text, list.range[1]);
    const indent = ' '.repeat(dash - lineStart(text, dash));
    return applied(text, [{ from: end, to: end, text: gapAt(end) + lines(indent) }]);
  }
  if (isSeq(list) && list.range) {
    return applied(text, [{ from: list.range[0], to: lineEnd(text, list.range[1]), text: eol + lines('') }]);
  }
  if (list !== undefined) throw new TypeError('users is not a list');
  // What stands after the end of the document is another one.
  const rest = document.contents?.range?.[1] ?? 0;
  const marker = /^\.\.\.(?=\s|$)/m.exec(text.slice(rest));
  const end = marker === null ? text.length : rest + marker.index;
  return applied(text, [{ from: end, to: end, text: `${gapAt(end)}users:${eol}${lines('')}` }]);
}

/** Without these entries; where none is left, the list is an empty one. */
function withoutUsers(text: string, document: Parsed, removed: ReadonlySet<string>): string {
  const list = document.get('users', true);
  if (!isSeq(list)) return text;
  const goes = (item: unknown): boolean => removed.has(nameOf(item));
  if (!list.items.some(goes) || !list.range) return text;
  if (list.items.every(goes)) {
    const splice = { from: lineStart(text, list.range[0]), to: lineEnd(text, list.range[1]), text: '' };
    return applied(text, [splice]).replace(/^users:[ \t]*(?:#.*)?(?=\r?$)/m, 'users: []');
  }
  const starts = dashesOf(list).map((dash) => lineStart(text, dash));
  const end = lineEnd(text, list.range[1]);
  const splices = list.items.flatMap((item, index) =>
    goes(item) ? [{ from: starts[index] ?? 0, to: starts[index + 1] ?? end, text: '' }] : [],
  );
  return applied(text, splices);
}
