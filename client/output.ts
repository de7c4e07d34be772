import { write } from 'node:fs';
import { promisify } from 'node:util';

const writeSome = promisify(write);
const pause = 5;

/** Everything is written when this resolves: the process may end at any time after. Others go on meanwhile. */
export async function put(descriptor: number, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0; ) {
    try {
      rest = rest.subarray((await writeSome(descriptor, rest)).bytesWritten);
    } catch (error) {
      // A reader that has gone needs no answer. One that is slow behind a non-blocking pipe is waited for.
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) return;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** A line for people. */
export async function say(line: string): Promise<void> {
  await put(2, Buffer.from(`${line}\n`));
}
