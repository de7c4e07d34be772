import { relative } from 'node:path';
import ts from 'typescript';

/** Where the code opens a `Secret`, and where it would compare two by identity or one as text. */
export interface SecretUse {
  /** Calls of `reveal()`, by file. */
  readonly reveals: ReadonlyMap<string, number>;
  /** `file:line: what`, for every comparison of secrets, or of what one revealed, that is not `equals()`. */
  readonly comparisons: readonly string[];
}

/** Methods that compare by identity, as `===` does. */
const comparing: ReadonlySet<string> = new Set(['includes', 'indexOf', 'lastIndexOf', 'has']);
const operators: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
]);

/** By types, not by names: a secret behind three property accesses is one all the same. */
export function secretUse(files: readonly string[], root: string, options: ts.CompilerOptions): SecretUse {
  const program = ts.createProgram([...files], { ...options, noEmit: true, composite: false, incremental: false });
  const checker = program.getTypeChecker();
  const reveals = new Map<string, number>();
  const comparisons: string[] = [];
  const wanted = new Set(files);

  const isSecretType = (type: ts.Type): boolean =>
    type.isUnion() ? type.types.some(isSecretType) : type.getSymbol()?.getName() === 'Secret';
  const isSecret = (node: ts.Node): boolean => isSecretType(checker.getTypeAtLocation(node));
  const isReveal = (node: ts.Node): boolean => {
    if (ts.isParenthesizedExpression(node)) return isReveal(node.expression);
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
    return node.expression.name.text === 'reveal' && isSecret(node.expression.expression);
  };
  const sensitive = (node: ts.Node): boolean => isReveal(node) || isSecret(node);
  // A secret may be told from `undefined` or a mark of another type; any other comparison is by identity or of text.
  const telling = (type: ts.Type): boolean =>
    type.isUnion()
      ? type.types.some(telling)
      : isSecretType(type) || (type.flags & (ts.TypeFlags.StringLike | ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0;
  const comparable = (node: ts.Node): boolean =>
    !(ts.isStringLiteral(node) && node.text === '') && telling(checker.getTypeAtLocation(node));

  const compared = (node: ts.Node): boolean => {
    if (ts.isBinaryExpression(node) && operators.has(node.operatorToken.kind)) {
      const { left, right } = node;
      return (sensitive(left) && comparable(right)) || (sensitive(right) && comparable(left));
    }
    if (ts.isSwitchStatement(node)) return sensitive(node.expression);
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
    return comparing.has(node.expression.name.text) && node.arguments.some(sensitive);
  };

  for (const source of program.getSourceFiles()) {
    if (!wanted.has(source.fileName)) continue;
    const file = relative(root, source.fileName);
    const visit = (node: ts.Node): void => {
      if (isReveal(node) && ts.isCallExpression(node)) reveals.set(file, (reveals.get(file) ?? 0) + 1);
      if (compared(node)) {
        const { line } = source.getLineAndCharacterOfPosition(node.getStart());
        comparisons.push(`${file}:${line + 1}: ${node.getText().slice(0, 80)}`);
      }
      node.forEachChild(visit);
    };
    visit(source);
  }
  return { reveals, comparisons };
}

/** The compiler options of a tsconfig.json. */
export function compilerOptions(file: string): ts.CompilerOptions {
  const read = ts.getParsedCommandLineOfConfigFile(
    file,
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined },
  );
  if (read === undefined) throw new Error(`${file} cannot be read`);
  return read.options;
}
