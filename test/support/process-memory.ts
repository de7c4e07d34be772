import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const page = 4096;

/**
 * Those of the texts whose bytes are in any writable part of the process's memory, in the forms that V8 keeps strings
 * in. Linux only; for root, or for an ancestor of the process.
 */
export function heldInMemory(pid: number, texts: readonly string[]): readonly string[] {
  const sought = new Map(texts.map((text) => [text, [Buffer.from(text), Buffer.from(text, 'utf16le')]]));
  const found = new Set<string>();
  // A text may lie across the end of a piece: the next one begins so much earlier.
  const overlap = Math.max(...[...sought.values()].flat().map(({ length }) => length));
  const buffer = Buffer.alloc(4 * 1024 * 1024);
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const { start, size } of writableParts(pid)) {
      for (let at = 0; at < size; ) {
        const length = Math.min(buffer.length, size - at);
        const read = readAt(memory, buffer.subarray(0, length), start + BigInt(at));
        const piece = buffer.subarray(0, read);
        for (const [text, forms] of sought) {
          if (!forms.some((form) => piece.includes(form))) continue;
          found.add(text);
          sought.delete(text);
        }
        if (read < length) at += read === 0 ? page : read;
        else at += at + length < size ? length - overlap : length;
      }
    }
  } finally {
    closeSync(memory);
  }
  return texts.filter((text) => found.has(text));
}

/** 0 where the page is one that nobody else can read, as those of a device. */
function readAt(memory: number, buffer: Buffer, position: bigint): number {
  try {
    return readSync(memory, buffer, { position });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EIO') return 0;
    throw error;
  }
}

function writableParts(pid: number): readonly { readonly start: bigint; readonly size: number }[] {
  const maps = readFileSync(`/proc/${pid}/maps`, 'latin1').trim().split('\n');
  return maps.flatMap((line) => {
    const [, from = '0', to = '0', mode = ''] = /^([0-9a-f]+)-([0-9a-f]+) (\S+)/.exec(line) ?? [];
    const start = BigInt(`0x${from}`);
    return mode.startsWith('rw') ? [{ start, size: Number(BigInt(`0x${to}`) - start) }] : [];
  });
}
