import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const timers: ReadonlySet<string> = new Set(['setTimeout', 'setInterval']);
const timerModule = /^(?:node:)?timers(?:\/promises)?$/;
/** What tells or waits for real time, by the object that has it. */
const members: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['AbortSignal', new Set(['timeout'])],
  ['Date', new Set(['now'])],
  ['performance', new Set(['now', 'timeOrigin'])],
  ['process', new Set(['hrtime'])],
]);

/** Where a file uses the platform's own clocks and timers: how often it uses each, by name. */
export type RealTime = ReadonlyMap<string, Readonly<Record<string, number>>>;

/** By syntax: a global that goes by another name would not be seen, but taking one apart is. */
export function realTime(files: readonly string[], root: string): RealTime {
  const found = new Map<string, Record<string, number>>();
  for (const file of files) {
    const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
    const uses: Record<string, number> = {};
    const visit = (node: ts.Node): void => {
      for (const use of usesOf(node)) uses[use] = (uses[use] ?? 0) + 1;
      node.forEachChild(visit);
    };
    visit(source);
    if (Object.keys(uses).length > 0) found.set(file, uses);
  }
  return found;
}

function usesOf(node: ts.Node): readonly string[] {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    return timerModule.test(node.moduleSpecifier.text) ? [node.moduleSpecifier.text] : [];
  }
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
    const { text } = node.expression;
    // As a function Date tells the present time, whatever it is given.
    return timers.has(text) ? [text] : text === 'Date' ? ['Date()'] : [];
  }
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression)) {
    return node.expression.text === 'Date' && (node.arguments ?? []).length === 0 ? ['new Date()'] : [];
  }
  if (ts.isPropertyAccessExpression(node)) return memberOf(node.expression, node.name.text);
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
    return memberOf(node.expression, node.argumentExpression.text);
  }
  if (ts.isVariableDeclaration(node) && ts.isObjectBindingPattern(node.name) && node.initializer !== undefined) {
    const { initializer } = node;
    return node.name.elements.flatMap(({ propertyName, name }) =>
      memberOf(initializer, (propertyName ?? name).getText()),
    );
  }
  return [];
}

function memberOf(owner: ts.Expression, name: string): readonly string[] {
  // A socket's own timer is one too.
  if (timers.has(name)) return [`.${name}`];
  const object = ts.isPropertyAccessExpression(owner) ? owner.name.text : owner.getText();
  return members.get(object)?.has(name) === true ? [`${object}.${name}`] : [];
}
