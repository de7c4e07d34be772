import { quotedWord } from '../core/platform/command-words.ts';

export {
  accountVariables,
  defaultVariable,
  type Surface,
  type TokenKind,
  type VariableValue,
} from '../core/config/account-variables.ts';

/** An `export` line any POSIX shell takes as it is meant, whatever the value holds. */
export function exportLine(name: string, value: string): string {
  return `export ${name}=${quotedWord(value)}\n`;
}
