import { encodeFrame } from '../../wire/frames.ts';
import type { NextProgram } from '../../wire/helper-call.ts';

/** What a client is to become, as frames; `argv` are the arguments it was given itself. */
export function nextProgramFrames(program: NextProgram, argv: readonly string[]): readonly Uint8Array[] {
  return [
    encodeFrame('P', program.name),
    ...(program.argv ?? argv).map((argument) => encodeFrame('B', argument)),
    ...Object.entries(program.variables).map(([name, value]) => encodeFrame('V', `${name}=${value}`)),
    ...Object.entries(program.files).map(([name, content]) => encodeFrame('F', `${name}\0${content.reveal()}`)),
  ];
}
