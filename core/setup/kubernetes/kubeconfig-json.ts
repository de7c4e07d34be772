import { applyEdits, type JSONPath, modify } from 'jsonc-parser';
import type { Document } from 'yaml';
import { formattingOf, isObject, readObject } from '../engine/json-text.ts';
import type { KubeChange } from './kubeconfig-text.ts';

/** A kubeconfig that is JSON stays JSON, with its layout. */
export function changedJson(text: string, _document: () => Document.Parsed, change: KubeChange): string {
  const formattingOptions = formattingOf(text);
  let edited = text;
  const set = (path: JSONPath, value: unknown, isArrayInsertion = false): void => {
    edited = applyEdits(edited, modify(edited, path, value, { formattingOptions, isArrayInsertion }));
  };
  const list = (key: string): readonly unknown[] => {
    const value = readObject(edited)?.[key];
    return Array.isArray(value) ? value : [];
  };
  const nameOf = (item: unknown): string => (isObject(item) && typeof item.name === 'string' ? item.name : '');
  for (const [index, item] of list('contexts').entries()) {
    const name = nameOf(item);
    if (change.contexts.has(name)) set(['contexts', index, 'context', 'user'], change.contexts.get(name));
  }
  for (const [index, item] of [...list('users').entries()].toReversed()) {
    if (change.removed.has(nameOf(item))) set(['users', index], undefined);
  }
  for (const entry of change.added) {
    if (list('users').length === 0) set(['users'], [entry]);
    else set(['users', -1], entry, true);
  }
  return edited;
}
