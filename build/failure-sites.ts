import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { type FailureCode, type Fix, failures, fixes } from '../core/errors.ts';

/** A failure that one place in the code says in words of its own. Capitals stand for what is filled in. */
export type FailureSite =
  | {
      readonly kind: 'failure';
      readonly file: string;
      readonly code: FailureCode;
      readonly message: string;
      /** It is of one account. */
      readonly account: boolean;
      readonly fix: Fix | undefined;
      readonly advice: string | undefined;
    }
  /** The command line's own. */
  | {
      readonly kind: 'command';
      readonly file: string;
      readonly exit: number;
      readonly message: string;
      readonly hint: string;
    };

const folders = ['core', 'cli', 'electron'];
const told = /new (?:KeytrayError|HandOutsStopped|CommandFailure)\(|usageFailure\(/;
const root = join(import.meta.dirname, '..');

/** Those whose words stand where they are thrown; what is put together elsewhere has tables of its own. */
export function failureSites(): readonly FailureSite[] {
  const files = folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    .filter((file) => file.endsWith('.ts'))
    .toSorted();
  return files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return told.test(text) ? sitesIn(file, text) : [];
  });
}

export function sitesIn(file: string, text: string): readonly FailureSite[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const sites: FailureSite[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) || ts.isCallExpression(node)) sites.push(...siteAt(node, file));
    node.forEachChild(visit);
  };
  visit(source);
  return sites;
}

function siteAt(node: ts.NewExpression | ts.CallExpression, file: string): readonly FailureSite[] {
  const name = node.expression.getText();
  const [first, second, third] = node.arguments ?? [];
  if (first === undefined || second === undefined) return [];
  switch (name) {
    case 'KeytrayError':
    case 'HandOutsStopped': {
      const details = detailsOf(third);
      return textsOf(first).flatMap((code) =>
        textsOf(second).flatMap((message) =>
          isCode(code) ? [{ kind: 'failure' as const, file, code, message, ...details }] : [],
        ),
      );
    }
    case 'CommandFailure': {
      const exit = ts.isNumericLiteral(first) ? Number(first.text) : failures.invalid_request.exit;
      return third === undefined ? [] : commands(file, exit, second, third);
    }
    case 'usageFailure':
      return commands(file, failures.invalid_request.exit, first, second);
    default:
      return [];
  }
}

const commands = (file: string, exit: number, message: ts.Expression, hint: ts.Expression): readonly FailureSite[] =>
  textsOf(message).flatMap((what) =>
    textsOf(hint).map((step) => ({ kind: 'command' as const, file, exit, message: what, hint: step })),
  );

const isCode = (text: string): text is FailureCode => Object.hasOwn(failures, text);

/** Every text an expression can be, as far as the file says; none where another place decides. */
function textsOf(node: ts.Expression): readonly string[] {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return [node.text];
  if (ts.isConditionalExpression(node)) return [...textsOf(node.whenTrue), ...textsOf(node.whenFalse)];
  if (ts.isParenthesizedExpression(node)) return textsOf(node.expression);
  if (ts.isTemplateExpression(node)) {
    const spans = node.templateSpans.map(({ expression, literal }) => `${filledIn(expression)}${literal.text}`);
    return [`${node.head.text}${spans.join('')}`];
  }
  const meant = ts.isIdentifier(node) ? constantNamed(node) : undefined;
  return meant === undefined ? [] : textsOf(meant);
}

/** The last word of what is filled in: `TITLE` of `settings.title`, `"ID"` of `JSON.stringify(id)`. */
function filledIn(node: ts.Expression): string {
  if (ts.isCallExpression(node)) {
    const [inner] = node.arguments;
    const quoted = node.expression.getText() === 'JSON.stringify';
    const word = inner === undefined || !/^[\w.]+$/.test(inner.getText()) ? 'WHAT' : filledIn(inner);
    return quoted ? `"${word}"` : word;
  }
  const [, word] = /(\w+)$/.exec(node.getText()) ?? [];
  return word === undefined || !/^[\w.?#]+$/.test(node.getText())
    ? 'WHAT'
    : word.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toUpperCase();
}

/** What `const name = …` in front of its use says. */
function constantNamed(name: ts.Identifier): ts.Expression | undefined {
  for (let scope: ts.Node = name; !ts.isSourceFile(scope); scope = scope.parent) {
    const { parent } = scope;
    if (!ts.isBlock(parent) && !ts.isSourceFile(parent) && !ts.isCaseClause(parent)) continue;
    for (const statement of parent.statements) {
      if (!ts.isVariableStatement(statement)) continue;
      const found = statement.declarationList.declarations.find((each) => each.name.getText() === name.text);
      if (found?.initializer !== undefined) return found.initializer;
    }
  }
  return importedNamed(name);
}

/** The same of another file, where the name is imported from there. */
function importedNamed(name: ts.Identifier): ts.Expression | undefined {
  const source = name.getSourceFile();
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const { namedBindings } = statement.importClause ?? {};
    if (namedBindings === undefined || !ts.isNamedImports(namedBindings)) continue;
    if (!namedBindings.elements.some((element) => element.name.text === name.text)) continue;
    const file = join(dirname(source.fileName), statement.moduleSpecifier.text);
    if (!existsSync(join(root, file))) return undefined;
    const other = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
    for (const exported of other.statements.filter(ts.isVariableStatement)) {
      const found = exported.declarationList.declarations.find((each) => each.name.getText() === name.text);
      if (found?.initializer !== undefined) return found.initializer;
    }
  }
  return undefined;
}

function detailsOf(
  node: ts.Expression | undefined,
): Pick<Extract<FailureSite, { kind: 'failure' }>, 'account' | 'fix' | 'advice'> {
  const meant = node !== undefined && ts.isIdentifier(node) ? constantNamed(node) : node;
  let details = { account: false, fix: undefined as Fix | undefined, advice: undefined as string | undefined };
  if (meant === undefined || !ts.isObjectLiteralExpression(meant)) return details;
  for (const member of meant.properties) {
    const value = ts.isPropertyAssignment(member)
      ? member.initializer
      : ts.isShorthandPropertyAssignment(member)
        ? member.name
        : undefined;
    if (ts.isSpreadAssignment(member)) {
      const inner = detailsOf(member.expression);
      details = {
        account: details.account || inner.account,
        fix: inner.fix ?? details.fix,
        advice: inner.advice ?? details.advice,
      };
    }
    const [text] = value === undefined ? [] : textsOf(value);
    if (member.name?.getText() === 'account') details = { ...details, account: true };
    if (member.name?.getText() === 'fix') details = { ...details, fix: fixes.find((fix) => fix === text) };
    if (member.name?.getText() === 'advice') details = { ...details, advice: text };
  }
  return details;
}
