import type { NextProgram } from '../helpers/helper-call.ts';
import { encodeFrame } from './frames.ts';

/** What a client is to become, as frames; `argv` are the arguments it was given itself. */
export function nextProgramFrames(program: NextProgram, argv: readonly string[]): readonly Uint8Array[] {
  return [
    encodeFrame('P', program.name),
    ...(program.argv ?? argv).map((argument) => encodeFrame('B', argument)),
    ...Object.entries(program.variables).map(([name, value]) => encodeFrame('V', `${name}=${value}`)),
    ...Object.entries(program.files).map(([name, content]) => encodeFrame('F', `${name}\0${content.reveal()}`)),
  ];
}
