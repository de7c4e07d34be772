import { delimiter, join } from 'node:path';
import { KeytrayError } from '../../errors.ts';
import { shellWord } from '../../platform/command-words.ts';
import type { SetupContext } from './tool.ts';

/** Where the file of a tool stands in the way. */
export const correctFile = 'Correct the file, then set the tool up again.';

/** Every configuration takes this as it stands: no blanks, nothing a shell or a parser would read as its own. */
const plain = /^\/[\w/.,+@%=-]*$/;

export function isPlain(path: string): boolean {
  return plain.test(path);
}

/** A path for a tool that splits at blanks, or hands the words to a shell. */
export function plainPath(path: string, tool: string): string {
  if (isPlain(path)) return path;
  throw new KeytrayError('invalid_request', `${tool} cannot call ${path}`, {
    advice: 'Move Keytray to a folder without blanks, then set the tool up again.',
  });
}

/** In double quotes, for readers that know them: what they would interpret inside is refused. */
export function quotedPath(path: string, tool: string): string {
  if (isPlain(path)) return path;
  if (path.startsWith('/') && !/["\\$`!\p{Cc}]/u.test(path)) return `"${path}"`;
  throw cannotCall(tool, path);
}

export function cannotCall(tool: string, path: string): KeytrayError {
  return new KeytrayError('invalid_request', `${tool} cannot call ${path}`, {
    advice: 'Install Keytray in a folder without special characters in its path, then set the tool up again.',
  });
}

export function keytrayCommand({ programs }: Pick<SetupContext, 'programs'>): string {
  return join(programs.bin, 'keytray');
}

/** `NAME ARGUMENTS`, typed by people who may not have our folder on PATH. */
export function typed(context: SetupContext, name: string): string {
  const file = join(context.programs.bin, name);
  return context.look.program(name) === (context.look.real(file) ?? file) ? name : shellWord(file);
}

export function isOnPath(env: SetupContext['env'], folder: string): boolean {
  return (env.PATH ?? '').split(delimiter).includes(folder);
}

/** For tools that find a program by its name alone; undefined where they find ours. */
export function pathProblem(context: SetupContext, name: string, folder: string): string | undefined {
  const ours = join(folder, name);
  const found = context.look.program(name);
  if (found !== undefined && found === context.look.real(ours)) return undefined;
  const { linkFolder } = context;
  if (linkFolder !== undefined && isOnPath(context.env, linkFolder) && found === undefined) return undefined;
  const missing = found === undefined ? `${name} is not on PATH` : `${found} comes first on PATH and is not ours`;
  return `${missing}; add this line to your shell's start file: export PATH=${shellWord(folder)}:"$PATH"`;
}

export const list = (words: readonly string[]): string => words.join(', ');

/** Whether a file, as it is called without links, is one of these. */
export function isOneOf(file: string, paths: readonly string[], { look }: Pick<SetupContext, 'look'>): boolean {
  return paths.some((path) => path === file || look.real(path) === file);
}
