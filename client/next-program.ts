import { type Frame, FrameError } from '../core/wire/frames.ts';
import { callersProgram, isNamedBy, type NextProgramNames, nextPrograms } from './programs.ts';

/** What the client is to become instead of ending. */
export interface NextProgram {
  /** Without a folder: looked for on PATH. */
  readonly name: string;
  readonly argv: readonly string[];
  /** `NAME=value` each. */
  readonly variables: readonly string[];
  readonly files: readonly NextFile[];
}

export interface NextFile {
  /** The variable that gets the file's path. */
  readonly variable: string;
  readonly content: Uint8Array;
}

/** The broker forwards no more than it may be given itself: arguments of 128 KiB, and a few files. */
const mostBytes = 1024 * 1024;

/** Collects the frames `P`, `B`, `V` and `F`. `argv` are the caller's own arguments. `take` throws `FrameError` where they make no sense. */
export function createNextProgram(argv: readonly string[]): {
  take(frame: Frame): void;
  get(): NextProgram | undefined;
} {
  let name: string | undefined;
  let allowed: readonly NextProgramNames[] = [];
  let bytes = 0;
  const words: string[] = [];
  const variables: string[] = [];
  const files: NextFile[] = [];
  return {
    take(frame) {
      bytes += frame.bytes.length;
      if (bytes > mostBytes) throw new FrameError('too much for the next program');
      if ((frame.type === 'P') !== (name === undefined)) throw new FrameError('one next program, named first');
      switch (frame.type) {
        case 'P':
          name = wordOf(frame.bytes);
          allowed = allowedFor(name, argv);
          if (allowed.length === 0) throw new FrameError('the client does not become that program');
          return;
        case 'B':
          words.push(wordOf(frame.bytes));
          return;
        case 'V': {
          const variable = wordOf(frame.bytes);
          if (!/^[A-Za-z_][A-Za-z0-9_]*=/.test(variable)) throw new FrameError('a variable is NAME=value');
          mustList(
            allowed.flatMap(({ variables }) => variables),
            variable.slice(0, variable.indexOf('=')),
          );
          variables.push(variable);
          return;
        }
        default: {
          const file = fileOf(frame.bytes);
          mustList(
            allowed.flatMap(({ files }) => files),
            file.variable,
          );
          files.push(file);
        }
      }
    },
    get: () => (name === undefined ? undefined : { name, argv: words, variables, files }),
  };
}

function allowedFor(name: string, argv: readonly string[]): readonly NextProgramNames[] {
  const listed = nextPrograms.get(name);
  return [...(listed === undefined ? [] : [listed]), ...(isNamedBy(argv, name) ? [callersProgram] : [])];
}

function mustList(names: readonly string[], variable: string): void {
  const listed = names.some((name) =>
    name.endsWith('*') ? variable.startsWith(name.slice(0, -1)) : variable === name,
  );
  if (!listed) throw new FrameError('a variable that program is not given');
}

function wordOf(bytes: Uint8Array): string {
  if (bytes.includes(0)) throw new FrameError('a NUL byte in an argument or variable');
  return Buffer.from(bytes).toString();
}

function fileOf(bytes: Uint8Array): NextFile {
  const end = bytes.indexOf(0);
  const variable = Buffer.from(bytes.subarray(0, Math.max(end, 0))).toString();
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) throw new FrameError('a file is NAME, NUL, content');
  return { variable, content: Uint8Array.from(bytes.subarray(end + 1)) };
}
