import { type ChildProcess, spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import { shellWord } from '../../core/platform/command-words.ts';
import { CommandFailure } from '../failure.ts';
import { signalStatus } from '../interruption.ts';
import type { Environment } from '../output/colour.ts';
import { notFoundStatus } from '../run-program.ts';

export interface Step {
  readonly program: string;
  readonly args: readonly string[];
}

/** A shell word for word, for people to see. */
export const shownCommand = ({ program, args }: Step): string => [program, ...args].map(shellWord).join(' ');

/** Whether a program ends well. Nothing of what it says is shown, and it gets nothing to read. */
export async function succeeds({ program, args }: Step, env: Environment): Promise<boolean> {
  const child = start(program, args, env, ['ignore', 'ignore', 'ignore']);
  return (await ended(child, program)) === 0;
}

/**
 * Runs a program with `input` on its standard input and nowhere else; resolves to what it printed where `captured`, else
 * that goes to the terminal. `pipe`: its standard input is a pipe, as it has to be opened by name. Throws a failure where
 * it does not end well.
 */
export async function runWith(
  step: Step,
  env: Environment,
  input: Buffer,
  { captured = false, pipe = false }: { readonly captured?: boolean; readonly pipe?: boolean } = {},
): Promise<Buffer> {
  // What Node gives a child as standard input is a socket; `cat` turns it into a pipe.
  const [program, args] = pipe
    ? ['/bin/sh', ['-c', 'cat | "$@"', 'sh', step.program, ...step.args]]
    : [step.program, step.args];
  const child = start(program, args, env, ['pipe', captured ? 'pipe' : 'inherit', 'inherit']);
  // A program that does not read all of it says why by how it ends.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  const printed = child.stdout === null ? Promise.resolve(Buffer.alloc(0)) : buffer(child.stdout);
  const [status, output] = await Promise.all([ended(child, step.program), printed]);
  if (status === 0) return output;
  if (status === notFoundStatus) throw notFound(step.program);
  throw new CommandFailure(
    1,
    `${step.program} ended with status ${status}`,
    'What it said is above. Nothing else was done.',
  );
}

function start(
  program: string,
  args: readonly string[],
  env: Environment,
  stdio: readonly ['pipe' | 'ignore', 'pipe' | 'inherit' | 'ignore', 'inherit' | 'ignore'],
): ChildProcess {
  return spawn(program, args, { stdio: [...stdio], env: { ...env } });
}

function ended(child: ChildProcess, program: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(notFound(program, error)));
    child.once('close', (code, signal) => resolve(signal === null ? (code ?? 1) : signalStatus(signal)));
  });
}

const notFound = (program: string, cause?: unknown): CommandFailure =>
  new CommandFailure(1, `${program} is not there, or cannot be run`, `Install ${program}, or check PATH.`, { cause });
