import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import type { ParsedYaml, YamlEntry, YamlNode, YamlProblem } from './yaml-tree.ts';

/** Aliases multiply: a file of a kilobyte can stand for billions of nodes. */
const mostNodes = 200_000;
const deepest = 32;

/** Reads one YAML 1.2 document with the `yaml` library. */
export function parseYaml(text: string): ParsedYaml {
  const lines = new LineCounter();
  // Its own check for equal keys compares every key with every other, and names only one of the two lines.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false });
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const found = [...document.errors, ...document.warnings];
  if (found.length > 0) return { kind: 'invalid', problems: found.map((error) => syntaxProblem(error, lineAt)) };
  if (document.contents === null) return { kind: 'ok', root: undefined };
  const reducer = new Reducer(document, lineAt);
  const root = reducer.reduce(document.contents, [], 0);
  return reducer.problems.length > 0 ? { kind: 'invalid', problems: reducer.problems } : { kind: 'ok', root };
}

function syntaxProblem(error: YAMLError, lineAt: (offset: number) => number): YamlProblem {
  const at = { line: lineAt(error.pos[0]), path: [] };
  switch (error.code) {
    case 'MULTIPLE_DOCS':
      return { ...at, message: 'a second document starts here', fix: 'remove the --- line: one document per file' };
    case 'TAB_AS_INDENT':
      return { ...at, message: 'a tab is used for indentation', fix: 'indent with spaces' };
    case 'TAG_RESOLVE_FAILED':
      return { ...at, message: 'tags (!name) are not used here', fix: 'remove the tag' };
    default:
      return {
        ...at,
        message: `not valid YAML: ${error.message.replace(/\s+/g, ' ').slice(0, 160)}`,
        fix: 'check indentation, colons and quotes on this line and the one before',
      };
  }
}

class Reducer {
  readonly problems: YamlProblem[] = [];
  readonly #document: Document.Parsed;
  readonly #lineAt: (offset: number) => number;
  #nodes = 0;
  #overfull = false;

  constructor(document: Document.Parsed, lineAt: (offset: number) => number) {
    this.#document = document;
    this.#lineAt = lineAt;
  }

  reduce(node: Node | ParsedNode, path: readonly (string | number)[], depth: number): YamlNode {
    const line = node.range ? this.#lineAt(node.range[0]) : 1;
    const empty: YamlNode = { kind: 'scalar', value: null, source: '', line };
    if (this.#overfull) return empty;
    this.#nodes += 1;
    if (this.#nodes > mostNodes || depth > deepest) {
      this.#overfull = true;
      this.#add(line, path, 'too many or too deeply nested values', 'write values out instead of repeating aliases');
      return empty;
    }
    if (isAlias(node)) {
      const target = node.resolve(this.#document);
      return target === undefined ? empty : { ...this.reduce(target, path, depth + 1), line };
    }
    if (isMap(node)) return this.#map(node, path, depth, line);
    if (isSeq(node)) {
      const items = node.items.map((item, index) => this.reduce(item as Node, [...path, index], depth + 1));
      return { kind: 'list', items, line };
    }
    if (!isScalar(node)) return empty;
    const { value } = node;
    const known =
      value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    return { kind: 'scalar', value: known ? value : String(value), source: node.source ?? '', line };
  }

  #map(node: YAMLMap, path: readonly (string | number)[], depth: number, line: number): YamlNode {
    const entries = new Map<string, YamlEntry>();
    for (const pair of node.items) {
      const key = pair.key as Node | null;
      const keyLine = key?.range ? this.#lineAt(key.range[0]) : line;
      if (!isScalar(key) || key.value === null || typeof key.value === 'object') {
        this.#add(keyLine, path, 'a key must be a word', 'write the key out');
        continue;
      }
      const name = String(key.value);
      const first = entries.get(name);
      if (first !== undefined) {
        this.#add(keyLine, [...path, name], `the key is there twice, first on line ${first.line}`, 'keep one of them');
        continue;
      }
      const value = pair.value as Node | null;
      const empty: YamlNode = { kind: 'scalar', value: null, source: '', line: keyLine };
      entries.set(name, {
        line: keyLine,
        value: value === null ? empty : this.reduce(value, [...path, name], depth + 1),
      });
    }
    return { kind: 'map', entries, line };
  }

  #add(line: number, path: readonly (string | number)[], message: string, fix: string): void {
    this.problems.push({ line, path, message, fix });
  }
}
