import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** How a pattern names what is not seen: control and format characters, or all that is not printable ASCII. */
const unseen = /\\p\{(?:C|Z[lp]|DI)|\\0|\\c[A-Z]|\\x(?:[01]|20|7[ef])|\\u\{?00(?:[01]|20|7[ef]|9)|\\u\{?20[0-6]| -~/i;
const changers: ReadonlySet<string> = new Set(['replace', 'replaceAll', 'split']);

/** The lines of a file that take characters out of a text by such a pattern. Judging a text by one is no matter. */
export function sanitisers(file: string, root: string): readonly number[] {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const lines: number[] = [];
  const visit = (node: ts.Node): void => {
    if (isSanitiser(node)) lines.push(source.getLineAndCharacterOfPosition(node.getStart()).line + 1);
    node.forEachChild(visit);
  };
  visit(source);
  return lines;
}

function isSanitiser(node: ts.Node): boolean {
  if (ts.isIdentifier(node)) return node.text === 'stripVTControlCharacters' && !ts.isImportSpecifier(node.parent);
  if (ts.isRegularExpressionLiteral(node)) {
    const end = node.text.lastIndexOf('/');
    // Nothing is judged by a pattern with this flag.
    return unseen.test(node.text.slice(0, end)) && (node.text.slice(end).includes('g') || isChangersFirst(node));
  }
  if (!ts.isNewExpression(node) || node.expression.getText() !== 'RegExp') return false;
  const [pattern, flags] = node.arguments ?? [];
  if (pattern === undefined || !unseen.test(pattern.getText().replaceAll('\\\\', '\\'))) return false;
  return flags?.getText().includes('g') === true || isChangersFirst(node);
}

function isChangersFirst(node: ts.Expression): boolean {
  const call = node.parent;
  if (!ts.isCallExpression(call) || call.arguments[0] !== node) return false;
  return ts.isPropertyAccessExpression(call.expression) && changers.has(call.expression.name.text);
}
