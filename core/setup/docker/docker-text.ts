import { getNodeValue, type Node, parseTree } from 'jsonc-parser';
import { KeytrayError } from '../../errors.ts';
import { type JsonObject, parseObject, setIn } from '../engine/json-text.ts';
import { correctFile } from '../engine/words.ts';

interface Part {
  readonly name: string;
  readonly value: Node;
}

const nameOf = (property: Node): string => String(property.children?.[0]?.value);

/** Go's JSON folds the case of names, and decodes a second object of one name into the first. */
function partsOf(text: string, name: string): readonly Part[] {
  const folded = name.toLowerCase();
  return (parseTree(text)?.children ?? []).flatMap((property) => {
    const [, value] = property.children ?? [];
    const named = nameOf(property);
    return value !== undefined && named.toLowerCase() === folded ? [{ name: named, value }] : [];
  });
}

/**
 * One map of docker's configuration as docker reads it (Go's encoding/json): all objects of the name together, the
 * last value of a key wins, and null forgets what stood before. Empty where the text is not JSON.
 */
export function dockerMap(text: string | undefined, name: string): JsonObject {
  const found = new Map<string, unknown>();
  for (const { value } of partsOf(text ?? '', name)) {
    if (value.type === 'null') found.clear();
    for (const property of value.type === 'object' ? (value.children ?? []) : []) {
      const [, entry] = property.children ?? [];
      if (entry !== undefined) found.set(nameOf(property), getNodeValue(entry) as unknown);
    }
  }
  return Object.fromEntries(found);
}

/**
 * Makes docker, and readers that let the last of two names win, find these helpers. Throws `misconfigured` where the
 * file is not what docker reads, or would be read otherwise afterwards.
 */
export function withHelpers(text: string | undefined, file: string, helpers: Readonly<Record<string, string>>): string {
  let edited = text ?? '';
  requireReadable(edited, file);
  for (const [key, program] of Object.entries(helpers)) {
    if (dockerMap(edited, 'credHelpers')[key] !== program) edited = withHelper(edited, key, program);
  }
  const now = dockerMap(edited, 'credHelpers');
  if (Object.entries(helpers).every(([key, program]) => now[key] === program)) return edited;
  throw new KeytrayError('misconfigured', `${file}: "credHelpers" cannot be edited safely`, {
    advice: 'Give it one object, then set Docker up again.',
  });
}

function requireReadable(text: string, file: string): void {
  parseObject(text, file);
  for (const { value, name } of partsOf(text, 'credHelpers')) {
    if (value.type === 'object' || value.type === 'null') continue;
    const line = text.slice(0, value.offset).split('\n').length;
    throw new KeytrayError('misconfigured', `${file}:${line}: "${name}" is not a JSON object`, { advice: correctFile });
  }
}

function withHelper(text: string, key: string, program: string): string {
  const parts = partsOf(text, 'credHelpers');
  const last = parts.at(-1);
  const isUsual = parts.length === 1 && last?.name === 'credHelpers' && last.value.type === 'object';
  if (last === undefined || isUsual) return setIn(text, ['credHelpers', key], program);
  if (last.value.type === 'null' && parts.length > 1) {
    // In place of the null an object would bring back what the null forgets.
    return replaced(
      text,
      endOf(last.value),
      endOf(last.value),
      `, "credHelpers": {${JSON.stringify(key)}: ${JSON.stringify(program)}}`,
    );
  }
  const entries = last.value.children ?? [];
  const own = entries.findLast((entry) => nameOf(entry) === key)?.children?.[1];
  const written = JSON.stringify(program);
  if (own !== undefined) return replaced(text, startOf(own), endOf(own), written);
  const [first] = entries;
  const end = entries.at(-1);
  const entry = `${JSON.stringify(key)}: ${written}`;
  if (first === undefined || end === undefined) {
    return replaced(text, startOf(last.value), endOf(last.value), `{${entry}}`);
  }
  const blank = text.slice(startOf(last.value) + 1, startOf(first));
  return replaced(text, endOf(end), endOf(end), `,${blank}${entry}`);
}

/** Without every entry that names `program`, or with what was there before it. */
export function withoutHelpers(text: string, program: string, previous: JsonObject): string {
  let rest = text;
  for (;;) {
    const parts = partsOf(rest, 'credHelpers');
    const part = parts.find(({ value }) => ownIn(value, program) !== undefined);
    const own = part && ownIn(part.value, program);
    if (part === undefined || own === undefined) return rest;
    const was = previous[nameOf(own)];
    const value = own.children?.[1];
    if (typeof was === 'string' && was !== program && value !== undefined) {
      rest = replaced(rest, startOf(value), endOf(value), JSON.stringify(was));
    } else if (parts.length === 1 && part.name === 'credHelpers') {
      const alone = part.value.children?.length === 1;
      rest = setIn(rest, alone ? ['credHelpers'] : ['credHelpers', nameOf(own)], undefined);
    } else {
      rest = without(rest, own, part.value);
    }
  }
}

const ownIn = (value: Node, program: string): Node | undefined =>
  value.children?.find((entry) => entry.children?.[1]?.value === program);

function without(text: string, entry: Node, parent: Node): string {
  const siblings = parent.children ?? [];
  const at = siblings.indexOf(entry);
  const [before, after] = [siblings[at - 1], siblings[at + 1]];
  if (before !== undefined) return replaced(text, endOf(before), endOf(entry), '');
  if (after !== undefined) return replaced(text, startOf(entry), startOf(after), '');
  return replaced(text, startOf(parent), endOf(parent), '{}');
}

const startOf = ({ offset }: Node): number => offset;
const endOf = ({ offset, length }: Node): number => offset + length;

function replaced(text: string, from: number, to: number, middle: string): string {
  return text.slice(0, from) + middle + text.slice(to);
}
