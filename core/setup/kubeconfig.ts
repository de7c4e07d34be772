import { type Document, isMap, isScalar, isSeq, parseDocument, stringify, type YAMLMap, type YAMLSeq } from 'yaml';
import { KeytrayError } from '../errors.ts';

export interface KubeContext {
  readonly name: string;
  readonly cluster: string;
  readonly user: string | undefined;
}

export interface Kubeconfig {
  readonly clusters: readonly { readonly name: string; readonly server: string }[];
  readonly contexts: readonly KubeContext[];
  /** Names of the users, and what each runs: `command` and its arguments. */
  readonly users: readonly { readonly name: string; readonly command: readonly string[] }[];
}

function parsed(text: string, file: string): Document.Parsed {
  const document = parseDocument(text, { uniqueKeys: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const line = error.linePos?.[0].line ?? 1;
    throw new KeytrayError('misconfigured', `${file}:${line}: kubectl cannot read this file; mend it first`);
  }
  if (document.contents !== null && !isMap(document.contents)) {
    throw new KeytrayError('misconfigured', `${file} is no kubeconfig; mend it first`);
  }
  return document;
}

function itemsOf(document: Document, key: string): readonly YAMLMap[] {
  const list = document.get(key, true);
  return isSeq(list) ? list.items.filter((item) => isMap(item)) : [];
}

function textAt(map: YAMLMap, path: readonly string[]): string | undefined {
  const value = map.getIn(path);
  return typeof value === 'string' ? value : undefined;
}

/** The parts of a kubeconfig that say who talks to which server how. Throws with the line of a mistake. */
export function readKubeconfig(text: string, file: string): Kubeconfig {
  const document = parsed(text, file);
  return {
    clusters: itemsOf(document, 'clusters').flatMap((item) => {
      const [name, server] = [textAt(item, ['name']), textAt(item, ['cluster', 'server'])];
      return name === undefined || server === undefined ? [] : [{ name, server }];
    }),
    contexts: itemsOf(document, 'contexts').flatMap((item) => {
      const [name, cluster] = [textAt(item, ['name']), textAt(item, ['context', 'cluster'])];
      const user = textAt(item, ['context', 'user']);
      return name === undefined || cluster === undefined ? [] : [{ name, cluster, user }];
    }),
    users: itemsOf(document, 'users').flatMap((item) => {
      const name = textAt(item, ['name']);
      const args = item.getIn(['user', 'exec', 'args']);
      const words = isSeq(args) ? args.items.map((word) => (isScalar(word) ? String(word.value) : '')) : [];
      const command = textAt(item, ['user', 'exec', 'command']);
      return name === undefined ? [] : [{ name, command: command === undefined ? [] : [command, ...words] }];
    }),
  };
}

interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

function spliced(text: string, splices: readonly Splice[]): string {
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
const eolOf = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n');

/** Written line by line, as kubectl writes it: then lines can be spliced, and all others keep their bytes. */
function isBlock(document: Document): boolean {
  const lists = ['contexts', 'users'].map((key) => document.get(key, true));
  const plain = (list: unknown): boolean =>
    !isSeq(list) ||
    list.items.length === 0 ||
    (list.flow !== true && list.items.every((item) => isMap(item) && !item.flow));
  const maps = itemsOf(document, 'contexts').map((item) => item.get('context', true));
  const root = document.contents;
  return (
    isMap(root) && root.flow !== true && lists.every(plain) && maps.every((map) => isMap(map) && map.flow !== true)
  );
}

/** Written anew by the library, which keeps comments but not all spacing. */
function rewritten(document: Document.Parsed, text: string): string {
  const padded = !/[{[][^\s\]}]/.test(text);
  const written = document.toString({ lineWidth: 0, indentSeq: false, flowCollectionPadding: padded });
  return text.includes('\r\n') ? written.replaceAll('\n', '\r\n') : written;
}

/** Points contexts at other users; undefined takes the user away. `users` is by the name of the context. */
export function withContextUsers(text: string, file: string, users: ReadonlyMap<string, string | undefined>): string {
  const document = parsed(text, file);
  const block = isBlock(document);
  const splices: Splice[] = [];
  for (const item of itemsOf(document, 'contexts')) {
    const name = textAt(item, ['name']);
    const context = item.get('context', true);
    if (name === undefined || !users.has(name) || !isMap(context)) continue;
    const user = users.get(name);
    if (user === context.get('user')) continue;
    if (block) splices.push(contextSplice(text, context, user));
    else if (user === undefined) context.delete('user');
    else context.set('user', user);
  }
  return block ? spliced(text, splices) : splices.length === 0 ? rewritten(document, text) : text;
}

function contextSplice(text: string, context: YAMLMap, user: string | undefined): Splice {
  const pairOf = (key: string) => context.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
  const startOf = (key: string): number => {
    const at = pairOf(key)?.key;
    return isScalar(at) && at.range ? at.range[0] : 0;
  };
  const value = pairOf('user')?.value;
  if (isScalar(value) && value.range) {
    if (user !== undefined)
      return {
        from: value.range[0],
        to: value.range[1],
        text: ` ${user}`.slice(value.range[0] === value.range[1] ? 0 : 1),
      };
    return { from: lineStart(text, startOf('user')), to: lineEnd(text, value.range[1]), text: '' };
  }
  const at = startOf('cluster');
  const indent = ' '.repeat(at - lineStart(text, at));
  const end = lineEnd(text, at);
  const gap = text[end - 1] === '\n' ? '' : eolOf(text);
  return { from: end, to: end, text: `${gap}${indent}user: ${user}${eolOf(text)}` };
}

export interface ExecUser {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** An entry of `users` that runs a credential plugin (client.authentication.k8s.io/v1). */
function entryOf({ name, command, args }: ExecUser): object {
  const apiVersion = 'client.authentication.k8s.io/v1';
  const exec = { apiVersion, command, args, interactiveMode: 'Never', provideClusterInfo: true };
  return { name, user: { exec } };
}

export function withUsers(text: string, file: string, users: readonly ExecUser[]): string {
  if (users.length === 0) return text;
  const document = parsed(text, file);
  const list = document.get('users', true);
  const entries = users.map(entryOf);
  const eol = eolOf(text);
  const lines = (indent: string): string =>
    stringify(entries, { lineWidth: 0, indentSeq: false })
      .replace(/^(?=.)/gm, indent)
      .replaceAll('\n', eol);
  if (isBlock(document) && isSeq(list) && list.items.length > 0 && list.range) {
    const first = list.items[0];
    const at = isMap(first) && first.range ? first.range[0] : 0;
    const dash = text.lastIndexOf('-', at);
    const end = lineEnd(text, list.range[1]);
    const gap = text[end - 1] === '\n' ? '' : eol;
    return spliced(text, [{ from: end, to: end, text: gap + lines(' '.repeat(dash - lineStart(text, dash))) }]);
  }
  if (isBlock(document) && list === undefined) {
    const gap = text === '' || text.endsWith('\n') ? '' : eol;
    return `${text}${gap}users:${eol}${lines('')}`;
  }
  if (isBlock(document) && isSeq(list) && list.range) {
    return spliced(text, [{ from: list.range[0], to: lineEnd(text, list.range[1]), text: eol + lines('') }]);
  }
  if (isSeq(list)) for (const entry of entries) list.add(document.createNode(entry));
  else document.set('users', document.createNode(entries));
  return rewritten(document, text);
}

/** Without these entries of `users`; where none is left, the list is an empty one. */
export function withoutUsers(text: string, file: string, names: ReadonlySet<string>): string {
  const document = parsed(text, file);
  const list = document.get('users', true);
  if (!isSeq(list)) return text;
  const goes = (item: unknown): boolean => isMap(item) && names.has(textAt(item, ['name']) ?? '');
  if (!list.items.some(goes)) return text;
  if (isBlock(document) && list.range && !list.items.every(goes)) return spliced(text, itemSplices(text, list, goes));
  if (isBlock(document) && list.range) {
    return spliced(text, [
      { from: lineStart(text, list.range[0]), to: lineEnd(text, list.range[1]), text: '' },
    ]).replace(/^users:[ \t]*(?:#.*)?(?=\r?$)/m, 'users: []');
  }
  list.items = list.items.filter((item) => !goes(item));
  return rewritten(document, text);
}

function itemSplices(text: string, list: YAMLSeq, goes: (item: unknown) => boolean): readonly Splice[] {
  const starts = list.items.map((item) => {
    const at = isMap(item) && item.range ? item.range[0] : 0;
    return lineStart(text, text.lastIndexOf('-', at));
  });
  return list.items.flatMap((item, index) => {
    const from = starts[index] ?? 0;
    const to = starts[index + 1] ?? lineEnd(text, list.range?.[1] ?? text.length);
    return goes(item) ? [{ from, to, text: '' }] : [];
  });
}
