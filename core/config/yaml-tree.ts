/** A YAML document reduced to what a configuration needs, every part with the line it stands on. */
export type YamlNode = YamlScalar | YamlList | YamlMap;

export interface YamlScalar {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As written, for the hint to put it in quotes. */
  readonly source: string;
  readonly line: number;
}

export interface YamlList {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
  readonly line: number;
}

export interface YamlMap {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, YamlEntry>;
  readonly line: number;
}

export interface YamlEntry {
  /** Of the key: where people look for it. */
  readonly line: number;
  readonly value: YamlNode;
}

export interface YamlProblem {
  readonly line: number;
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly fix: string;
}

export type ParsedYaml =
  /** `root` is undefined for a file without content. */
  | { readonly kind: 'ok'; readonly root: YamlNode | undefined }
  | { readonly kind: 'invalid'; readonly problems: readonly YamlProblem[] };

export function plainValue(node: YamlNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plainValue);
    case 'map':
      // fromEntries defines own properties, so a key named __proto__ stays a key.
      return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plainValue(entry.value)]));
  }
}

export interface Found {
  readonly line: number;
  readonly node: YamlNode | undefined;
}

/** Follows a path as far as it exists; the line is that of the deepest key found. */
export function findNode(root: YamlNode | undefined, path: readonly PropertyKey[]): Found {
  let node = root;
  let line = root?.line ?? 1;
  for (const step of path) {
    let next: YamlNode | undefined;
    if (node?.kind === 'map') {
      const entry = node.entries.get(String(step));
      if (entry !== undefined) {
        line = entry.line;
        next = entry.value;
      }
    } else if (node?.kind === 'list') {
      next = node.items[Number(step)];
      line = next?.line ?? line;
    }
    if (next === undefined) return { line, node: undefined };
    node = next;
  }
  return { line, node };
}
