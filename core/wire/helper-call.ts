import type { Secret } from '../secret.ts';

/** One call of a helper program, as the client forwarded it. */
export interface HelperCall {
  /** Last word of the tool's own command line: `get`, `store`, `erase`, … */
  readonly operation: string;
  /** Everything after the program's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Executables of the processes above the caller, nearest first, as the kernel names them. */
  readonly parents: readonly string[];
  /** Chunks as they come. Need not end: some tools keep stdin open until the helper has gone. */
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Protocol bytes, nothing else. */
  stdout(text: string): void;
  /** One line for people, without newline. */
  stderr(line: string): void;
  /** Once `serve` has resolved to 0, the client becomes this program instead of ending. */
  become(program: NextProgram): void;
  /** Aborted when the caller has gone. */
  readonly signal: AbortSignal;
}

/** A program the client turns into, with its own arguments, environment and descriptors but for what is said here. */
export interface NextProgram {
  /** Looked for on PATH, our own programs left out. */
  readonly name: string;
  /** Undefined: those the client itself was given. */
  readonly argv: readonly string[] | undefined;
  readonly variables: Readonly<Record<string, string>>;
  /** Variable name to content: it gets the path of a file with this content that is on no disk. */
  readonly files: Readonly<Record<string, Secret>>;
}
