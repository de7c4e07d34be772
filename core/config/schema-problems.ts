import type { z } from 'zod';
import { toolFamilies } from '../services/shapes.ts';
import { accountSchema, agentSchema, configSchema } from './config-schema.ts';
import { didYouMean } from './did-you-mean.ts';
import { commonTls, expect, noSecrets, proxy, redirect, tls } from './schema-parts.ts';
import { findNode, type YamlNode, type YamlProblem } from './yaml-tree.ts';

type Issue = z.core.$ZodIssue;

const keysAt: ReadonlyMap<string, readonly string[]> = new Map([
  ['', Object.keys(configSchema.shape)],
  ['agent', Object.keys(agentSchema.shape)],
  ['proxy', Object.keys(proxy.shape)],
  ['tls', Object.keys(commonTls.shape)],
  ['account', Object.keys(accountSchema.shape)],
  ['account.redirect', Object.keys(redirect.shape)],
  ['account.expect', Object.keys(expect.shape)],
  ['account.tls', Object.keys(tls.shape)],
]);

/** Turns what zod found under `base` into lines, words and a fix for people. */
export function schemaProblems(
  issues: readonly Issue[],
  base: readonly (string | number)[],
  root: YamlNode | undefined,
): readonly YamlProblem[] {
  return issues.flatMap((issue) => {
    const path = [...base, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))];
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(key, path, root));
    if (issue.code === 'invalid_union') {
      // The branch that fits the written type best knows best what is wrong: the one that got deepest.
      const branches = issue.errors.filter((branch) => branch.every((inner) => inner.path.length > 0));
      const deepest = branches[0];
      if (deepest !== undefined && deepest.length > 0) return schemaProblems(deepest, path, root);
    }
    const { line, node } = findNode(root, path);
    return [{ line, path, ...wording(issue, node) }];
  });
}

function unknownKey(key: string, parent: readonly (string | number)[], root: YamlNode | undefined): YamlProblem {
  const path = [...parent, key];
  const { line } = findNode(root, path);
  if (/^(client_?secret|password|passphrase|(access|refresh|id)_?token)$/i.test(key)) {
    return { line, path, message: 'a secret', fix: noSecrets };
  }
  const level = parent[0] === 'accounts' ? ['account', ...parent.slice(2)].join('.') : parent.join('.');
  const known = keysAt.get(level) ?? [];
  const near = didYouMean(key, known);
  if (near !== undefined) return { line, path, message: 'unknown key', fix: `did you mean ${near}?` };
  const listed = known.filter((word) => !(toolFamilies as readonly string[]).includes(word));
  return { line, path, message: 'unknown key', fix: listed.length === 0 ? 'remove it' : `known: ${listed.join(', ')}` };
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a block of keys',
  record: 'a block of keys',
  int: 'a whole number',
  number: 'a number',
};

function wording(issue: Issue, node: YamlNode | undefined): { readonly message: string; readonly fix: string } {
  switch (issue.code) {
    case 'custom': {
      const fix: unknown = issue.params?.fix;
      return { message: issue.message, fix: typeof fix === 'string' ? fix : '' };
    }
    case 'invalid_type':
      return wrongType(kinds[issue.expected] ?? issue.expected, node);
    case 'invalid_value':
      return { message: 'not one of the known words', fix: `write ${issue.values.join(' or ')}` };
    case 'too_small':
      return node?.kind === 'scalar' && node.value === ''
        ? { message: 'empty', fix: 'write a value or remove the key' }
        : { message: 'too small', fix: `at least ${issue.minimum}` };
    case 'too_big':
      return { message: 'too large', fix: `at most ${issue.maximum}` };
    case 'invalid_union':
      return { message: 'not one of the accepted forms', fix: 'see docs/configuration.md' };
    default:
      return { message: 'not accepted', fix: 'see docs/configuration.md' };
  }
}

function wrongType(expected: string, node: YamlNode | undefined): { readonly message: string; readonly fix: string } {
  if (node === undefined) return { message: 'missing', fix: `write ${expected}` };
  if (node.kind === 'scalar' && node.value === null) {
    return { message: 'empty', fix: `write ${expected} or remove the key` };
  }
  if (expected === 'text' && node.kind === 'scalar') {
    return { message: 'YAML reads this as no text', fix: `put it in quotes: "${node.source.slice(0, 80)}"` };
  }
  if (expected === 'a list' && node.kind === 'scalar') {
    const words = String(node.value)
      .split(/[\s,]+/)
      .join(', ')
      .slice(0, 120);
    return { message: 'a list is wanted', fix: `write [${words}]` };
  }
  return { message: `${expected} is wanted here`, fix: `write ${expected}` };
}
