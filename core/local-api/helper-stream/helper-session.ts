import { type Frame, FrameError } from '../../wire/frames.ts';
import { sizes } from '../server/limits.ts';

/** The caller's half of `keytray-helper/1` as a state machine: what may come when, and how much of it. Pure. */

const frameHeader = 5;

export interface Preamble {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export type HelperStep =
  | { readonly kind: 'more' }
  | { readonly kind: 'start'; readonly preamble: Preamble }
  | { readonly kind: 'stdin'; readonly bytes: Uint8Array }
  | { readonly kind: 'stdin_ended' };

/** Returns the function to feed frames to, in order. It throws `FrameError` where the caller breaks the protocol. */
export function createHelperSession(): (frame: Frame) => HelperStep {
  const argv: string[] = [];
  // Without a prototype: a variable may well be called __proto__.
  const env: Record<string, string> = Object.create(null);
  let phase: 'preamble' | 'stdin' | 'ended' = 'preamble';
  let preambleLength = 0;
  let variablesLength = 0;
  let stdinLength = 0;

  const inPreamble = (frame: Frame): HelperStep => {
    if (frame.type === 'E') variablesLength += frameHeader + frame.bytes.length;
    else preambleLength += frameHeader + frame.bytes.length;
    if (preambleLength > sizes.preamble || variablesLength > sizes.variables)
      throw new FrameError('too many arguments and variables');
    switch (frame.type) {
      case 'A':
        argv.push(textOf(frame));
        return { kind: 'more' };
      case 'E': {
        const [name, value] = variableOf(frame);
        env[name] = value;
        return { kind: 'more' };
      }
      case 'C':
        phase = 'stdin';
        return { kind: 'start', preamble: { argv, env, cwd: textOf(frame) } };
      default:
        throw new FrameError('stdin before the working directory');
    }
  };

  const inStdin = (frame: Frame): HelperStep => {
    switch (frame.type) {
      case 'I':
        stdinLength += frame.bytes.length;
        if (stdinLength > sizes.stdin) throw new FrameError(`more than ${sizes.stdin} bytes of input`);
        return { kind: 'stdin', bytes: frame.bytes };
      case 'Z':
        if (frame.bytes.length > 0) throw new FrameError('the end of stdin carries no bytes');
        phase = 'ended';
        return { kind: 'stdin_ended' };
      default:
        throw new FrameError('arguments or variables after the working directory');
    }
  };

  return (frame) => {
    switch (phase) {
      case 'preamble':
        return inPreamble(frame);
      case 'stdin':
        return inStdin(frame);
      case 'ended':
        throw new FrameError('a frame after the end of stdin');
    }
  };
}

function textOf(frame: Frame): string {
  if (frame.bytes.includes(0)) throw new FrameError('a NUL byte in an argument or variable');
  return Buffer.from(frame.bytes.buffer, frame.bytes.byteOffset, frame.bytes.length).toString();
}

function variableOf(frame: Frame): readonly [string, string] {
  const text = textOf(frame);
  const name = /^[A-Za-z_][A-Za-z0-9_]*(?==)/.exec(text)?.[0];
  if (name === undefined) throw new FrameError('a variable is NAME=value');
  return [name, text.slice(name.length + 1)];
}
