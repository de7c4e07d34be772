import { isDeepStrictEqual } from 'node:util';
import { parseTree } from 'jsonc-parser';
import { type Document, isMap, parseDocument } from 'yaml';
import { KeytrayError } from '../../errors.ts';
import { isObject, type JsonObject, readObject } from '../engine/json-text.ts';
import { correctFile } from '../engine/words.ts';
import { changedJson } from './kubeconfig-json.ts';
import { type KubeChange, rewritten, spliced } from './kubeconfig-text.ts';

export type { KubeChange } from './kubeconfig-text.ts';

export interface KubeContext {
  readonly name: string;
  readonly cluster: string;
  readonly user: string | undefined;
}

export interface KubeUser {
  readonly name: string;
  /** What it runs: `command` and its arguments. */
  readonly command: readonly string[];
  readonly exec: JsonObject | undefined;
  readonly entry: JsonObject;
}

export interface Kubeconfig {
  readonly clusters: readonly { readonly name: string; readonly server: string }[];
  readonly contexts: readonly KubeContext[];
  readonly users: readonly KubeUser[];
}

function parsed(text: string, file: string): Document.Parsed {
  const document = parseDocument(text, { uniqueKeys: false, merge: true, keepSourceTokens: true });
  const [error] = document.errors;
  if (error !== undefined) {
    const line = error.linePos?.[0].line ?? 1;
    throw new KeytrayError('misconfigured', `${file}:${line}: kubectl cannot parse this file`, { advice: correctFile });
  }
  if (document.contents !== null && !isMap(document.contents)) {
    throw new KeytrayError('misconfigured', `${file} is not a kubeconfig`, { advice: correctFile });
  }
  return document;
}

/** What the file says, with aliases and merge keys resolved; kubectl takes nothing at all for an empty file. */
function dataOf(text: string, file: string): JsonObject {
  const document = parsed(text, file);
  try {
    const value: unknown = document.toJS();
    return isObject(value) ? value : {};
  } catch {
    throw new KeytrayError('misconfigured', `${file}: its aliases cannot be resolved`, { advice: correctFile });
  }
}

function itemsOf(data: JsonObject, key: string): readonly JsonObject[] {
  const list = data[key];
  return Array.isArray(list) ? list.filter((item) => isObject(item)) : [];
}

const textIn = (map: unknown, key: string): string | undefined => {
  const value = isObject(map) ? map[key] : undefined;
  return typeof value === 'string' ? value : undefined;
};

/** The parts of a kubeconfig that say who talks to which server how. Throws with the line of a mistake. */
export function readKubeconfig(text: string, file: string): Kubeconfig {
  const data = dataOf(text, file);
  return {
    clusters: itemsOf(data, 'clusters').flatMap((item) => {
      const [name, server] = [textIn(item, 'name'), textIn(item.cluster, 'server')];
      return name === undefined || server === undefined ? [] : [{ name, server }];
    }),
    contexts: itemsOf(data, 'contexts').flatMap((item) => {
      const [name, cluster] = [textIn(item, 'name'), textIn(item.context, 'cluster')];
      return name === undefined || cluster === undefined ? [] : [{ name, cluster, user: textIn(item.context, 'user') }];
    }),
    users: itemsOf(data, 'users').flatMap((entry) => {
      const name = textIn(entry, 'name');
      const exec = isObject(entry.user) && isObject(entry.user.exec) ? entry.user.exec : undefined;
      const command = textIn(exec, 'command');
      const args = Array.isArray(exec?.args) ? exec.args.map(String) : [];
      return name === undefined
        ? []
        : [{ name, exec, entry, command: command === undefined ? [] : [command, ...args] }];
    }),
  };
}

/** What the file must say once it is changed. An empty list is as good as none. */
function wanted(data: JsonObject, { contexts, removed, added }: KubeChange): JsonObject {
  const users = itemsOf(data, 'users').filter((item) => !removed.has(textIn(item, 'name') ?? ''));
  const pointed = itemsOf(data, 'contexts').map((item) => {
    const name = textIn(item, 'name');
    if (name === undefined || !contexts.has(name) || !isObject(item.context)) return item;
    const { user: _, ...rest } = item.context;
    const user = contexts.get(name);
    return { ...item, context: user === undefined ? rest : { ...rest, user } };
  });
  return { ...data, contexts: pointed, users: [...users, ...added] };
}

function comparable(data: JsonObject): unknown {
  const plain = wanted(data, { contexts: new Map(), removed: new Set(), added: [] });
  return JSON.parse(JSON.stringify(plain, (_key, value: unknown) => value ?? undefined));
}

/**
 * Points contexts at other users, and removes and adds users; all else keeps its bytes where the file is written line
 * by line or as JSON. What comes out is parsed again: a file that would say anything else is left alone, and the
 * `KeytrayError` says so.
 */
export function changedKubeconfig(text: string, file: string, change: KubeChange): string {
  const data = dataOf(text, file);
  const aim = comparable(wanted(data, change));
  if (isDeepStrictEqual(comparable(data), aim)) return text;
  const isJson = readObject(text) !== undefined && parseTree(text) !== undefined;
  const ways = isJson ? [changedJson] : [spliced, rewritten];
  for (const way of ways) {
    const candidate = attempt(() => way(text, () => parsed(text, file), change));
    if (candidate !== undefined && says(candidate, aim)) return candidate;
  }
  throw new KeytrayError(
    'misconfigured',
    `${file}: anchors or aliases stand where "user" has to change, so nothing was changed`,
    { advice: 'Write them out, then set Kubernetes up again.' },
  );
}

function says(text: string, aim: unknown): boolean {
  return attempt(() => isDeepStrictEqual(comparable(dataOf(text, '')), aim)) === true;
}

/** Undefined where the text cannot be changed or read this way. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
