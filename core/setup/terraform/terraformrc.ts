import { getNodeValue, type Node, parseTree } from 'jsonc-parser';
import { KeytrayError } from '../../errors.ts';
import { parseObject, setIn } from '../engine/json-text.ts';
import { linesOf, withLines } from '../engine/text-lines.ts';
import { correctFile } from '../engine/words.ts';
import { type HclItem, HclProblem, hclItems } from './hcl-text.ts';

const kind = 'credentials_helper';
const name = 'keytray';
const block = [`${kind} "${name}" {`, '  args = []', '}'];

/** What a file of Terraform's command line says of credentials. */
export interface TerraformText {
  /** Every helper that is named, in any form. */
  readonly helpers: readonly string[];
  /** Hosts with a token of their own. */
  readonly hosts: readonly string[];
}

/** HCL 1 takes a text for JSON by its first sign. */
const isJson = (text: string): boolean => /^[ \t\r\n]*\{/.test(text);

/** Throws a `KeytrayError` that names the line where Terraform would end with an error. */
export function readTerraform(text: string, file: string): TerraformText {
  if (isJson(text)) {
    parseObject(text, file);
    return { helpers: namesInJson(text, kind), hosts: namesInJson(text, 'credentials') };
  }
  const items = itemsOf(text, file);
  const names = (key: string): readonly string[] =>
    items
      .filter(({ keys }) => keys[0] === key)
      .flatMap(({ keys, items: inner }) => keys[1] ?? inner.flatMap((item) => item.keys[0] ?? []));
  return { helpers: names(kind), hosts: names('credentials') };
}

/** For files that are only looked at: one that Terraform cannot read says nothing. */
export function glanceAtTerraform(text: string | undefined): TerraformText {
  try {
    return readTerraform(text ?? '', '');
  } catch {
    return { helpers: [], hosts: [] };
  }
}

function itemsOf(text: string, file: string): readonly HclItem[] {
  try {
    return hclItems(text);
  } catch (error) {
    if (!(error instanceof HclProblem)) throw error;
    throw new KeytrayError('misconfigured', `${file}:${error.line}: Terraform does not read this`, {
      advice: correctFile,
    });
  }
}

/** Every object of the name counts, and lists of them; a second one adds to the first. */
function namesInJson(text: string, key: string): readonly string[] {
  const inside = (node: Node | undefined): readonly string[] => {
    if (node?.type === 'array') return (node.children ?? []).flatMap(inside);
    return node?.type === 'object'
      ? (node.children ?? []).map((property) => String(property.children?.[0]?.value))
      : [];
  };
  return (parseTree(text)?.children ?? []).flatMap(({ children: [named, value] = [] }) =>
    named !== undefined && getNodeValue(named) === key ? inside(value) : [],
  );
}

/** With our helper, which must be the only one. Throws a `KeytrayError` where there is another, or no safe place. */
export function withHelper(text: string, file: string): string {
  const { helpers } = readTerraform(text, file);
  const other = helpers.find((helper) => helper !== name);
  if (other !== undefined) throw oneHelper(file, other);
  if (helpers.length > 0) return text;
  const edited = isJson(text) ? setIn(text, [kind, name], { args: [] }) : withLines(text, block);
  if (readTerraform(edited, file).helpers.join() === name) return edited;
  throw new KeytrayError('misconfigured', `${file}: ${kind} stands there in a form that is left alone`, {
    advice: `Take ${kind} out of the file, then set Terraform up again.`,
  });
}

export function oneHelper(file: string, other: string): KeytrayError {
  const message = `${file} names the credentials helper ${other}, and Terraform takes one`;
  return new KeytrayError('invalid_request', message, { advice: 'Remove that one, then set Terraform up again.' });
}

/** Without our helper, in the forms that we write. */
export function withoutHelper(text: string, file: string): string {
  if (isJson(text)) {
    const value = parseObject(text, file)[kind];
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !(name in value)) return text;
    return setIn(text, Object.keys(value).length === 1 ? [kind] : [kind, name], undefined);
  }
  const ours = itemsOf(text, file).filter(({ keys }) => keys[0] === kind && keys[1] === name);
  return ours.reduceRight((rest, { from, to }) => withoutSpan(rest, from, to), text);
}

/** The lines go with it where nothing else stands on them. */
function withoutSpan(text: string, from: number, to: number): string {
  const [before, after] = [text.slice(0, from), text.slice(to)];
  const [lead = ''] = /[^\n]*$/.exec(before) ?? [];
  const [rest = ''] = linesOf(after);
  if (lead.trim() !== '' || rest.trim() !== '') return before + after;
  return before.slice(0, before.length - lead.length) + after.slice(rest.length);
}
