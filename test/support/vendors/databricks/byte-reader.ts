import type { Duplex } from 'node:stream';

export interface ByteReader {
  /** Rejects when the stream ends before. */
  read(length: number): Promise<Buffer>;
  /** Stops reading; what is left stays in the stream. */
  release(): void;
}

/** Reads a stream in pieces of known length and leaves the rest to whoever comes next. */
export function createByteReader(stream: Duplex): ByteReader {
  let wake: () => void = () => undefined;
  const onReadable = () => wake();
  stream.on('readable', onReadable);
  stream.on('end', onReadable);
  stream.on('close', onReadable);
  return {
    async read(length) {
      for (;;) {
        const bytes: Buffer | null = length === 0 ? Buffer.alloc(0) : stream.read(length);
        if (bytes !== null && bytes.length === length) return bytes;
        if (bytes !== null || stream.readableEnded || stream.destroyed) throw new Error('the stream has ended');
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    release() {
      stream.removeListener('readable', onReadable);
      stream.removeListener('end', onReadable);
      stream.removeListener('close', onReadable);
    },
  };
}
