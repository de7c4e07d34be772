/**
 * Frames of `keytray-helper/1`, both ways: one type byte, the length as u32 big-endian, the bytes.
 * Caller to broker: `A` argument, `E` NAME=value, `C` working directory, `I` stdin, `Z` end of stdin.
 * Broker to caller: `O` stdout, `R` stderr, `X` exit status (one byte). An empty `O` is a sign of life. Before an `X`
 * of 0 may stand what the caller is to become instead of ending: `P` the program's name, then `B` an argument,
 * `V` NAME=value, `F` NAME, NUL, content of a file whose path the variable gets.
 * Pure, and without imports: the client stands on this file.
 */

export const fromCaller = 'AECIZ';
export const fromBroker = 'ORPBVFX';

/** Largest number of bytes in one frame. */
export const largestFrame = 64 * 1024;

/** Linux gives a program variables of up to 128 KiB, and kubectl puts a cluster's certificates into one. */
export const largestVariable = 128 * 1024;

const largestOf = (type: string): number => (type === 'E' ? largestVariable : largestFrame);

const headerLength = 5;

export interface Frame {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** The other side does not speak the protocol; nothing after this can be understood. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

export function encodeFrame(type: string, content: Uint8Array | string = ''): Uint8Array {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  if (bytes.length > largestOf(type)) throw new FrameError('frame too long');
  const frame = Buffer.allocUnsafe(headerLength + bytes.length);
  frame.writeUInt8(type.charCodeAt(0), 0);
  frame.writeUInt32BE(bytes.length, 1);
  frame.set(bytes, headerLength);
  return frame;
}

/** As many frames as the bytes need; none for no bytes, so that nothing is mistaken for a sign of life. */
export function encodeStream(type: string, content: Uint8Array): readonly Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let start = 0; start < content.length; start += largestFrame) {
    frames.push(encodeFrame(type, content.subarray(start, start + largestFrame)));
  }
  return frames;
}

/**
 * Takes bytes as they arrive and yields the frames that are complete. A wrong type or length
 * throws `FrameError` as soon as the header is there, before any of the content is kept.
 */
export function createFrameDecoder(types: string): (chunk: Uint8Array) => Generator<Frame> {
  let pending: Uint8Array = new Uint8Array(0);
  return function* decode(chunk) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    for (;;) {
      const length = contentLength(pending, types);
      if (length === undefined || pending.length < headerLength + length) return;
      const frame = {
        type: String.fromCharCode(pending[0] ?? 0),
        bytes: pending.subarray(headerLength, headerLength + length),
      };
      pending = pending.subarray(headerLength + length);
      yield frame;
    }
  };
}

function contentLength(pending: Uint8Array, types: string): number | undefined {
  const type = pending[0];
  if (type !== undefined && !types.includes(String.fromCharCode(type))) throw new FrameError('unknown frame type');
  if (pending.length < headerLength) return undefined;
  const length = new DataView(pending.buffer, pending.byteOffset, pending.length).getUint32(1);
  if (length > largestOf(String.fromCharCode(type ?? 0))) throw new FrameError('frame too long');
  return length;
}
