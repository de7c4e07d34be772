import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createFrameDecoder,
  encodeFrame,
  encodeStream,
  FrameError,
  fromBroker,
  fromCaller,
  largestFrame,
} from '../../../core/wire/frames.ts';

const header = (type: string, length: number): Buffer => {
  const bytes = Buffer.alloc(5);
  bytes.write(type, 'latin1');
  bytes.writeUInt32BE(length, 1);
  return bytes;
};

const cutAt = (bytes: Buffer, cuts: readonly number[]): Buffer[] => {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((start, index) => bytes.subarray(start, places[index] ?? bytes.length));
};

describe('encodeFrame', () => {
  it('writes type, big-endian length and content', () => {
    expect([...encodeFrame('A', 'get')]).toEqual([0x41, 0, 0, 0, 3, 0x67, 0x65, 0x74]);
    expect([...encodeFrame('Z')]).toEqual([0x5a, 0, 0, 0, 0]);
  });

  it('counts bytes, not characters', () => {
    expect(encodeFrame('A', 'ü').length).toBe(5 + 2);
  });

  it('refuses more than one frame holds, which encodeStream splits', () => {
    const content = new Uint8Array(largestFrame + 1).fill(7);
    expect(() => encodeFrame('I', content)).toThrow(FrameError);
    expect(encodeStream('I', content).map((frame) => frame.length)).toEqual([5 + largestFrame, 5 + 1]);
    expect(encodeStream('I', new Uint8Array(0))).toEqual([]);
  });
});

describe('createFrameDecoder', () => {
  it('gives back what was encoded, wherever the bytes are cut', () => {
    const frame = fc.record({
      type: fc.constantFrom(...fromCaller),
      bytes: fc.uint8Array({ maxLength: 300 }),
    });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 40 }), (frames, cuts) => {
        const wire = Buffer.concat(frames.map(({ type, bytes }) => encodeFrame(type, bytes)));
        const decode = createFrameDecoder(fromCaller);
        const received = cutAt(wire, cuts).flatMap((chunk) => [...decode(chunk)]);
        expect(received.map(({ type, bytes }) => ({ type, bytes: [...bytes] }))).toEqual(
          frames.map(({ type, bytes }) => ({ type, bytes: [...bytes] })),
        );
      }),
    );
  });

  it('never yields anything but well-formed frames, whatever it is fed', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 }), (chunks) => {
        const decode = createFrameDecoder(fromBroker);
        try {
          for (const chunk of chunks) {
            for (const { type, bytes } of decode(chunk)) {
              expect(fromBroker).toContain(type);
              expect(bytes.length).toBeLessThanOrEqual(largestFrame);
            }
          }
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
    );
  });

  it('takes a frame of the largest length and refuses one byte more by its header alone', () => {
    const content = new Uint8Array(largestFrame).fill(1);
    expect([...createFrameDecoder(fromCaller)(encodeFrame('I', content))]).toHaveLength(1);
    const decode = createFrameDecoder(fromCaller);
    expect(() => [...decode(header('I', largestFrame + 1))]).toThrow(FrameError);
  });

  it('refuses a length that a signed reader would take for a negative one', () => {
    expect(() => [...createFrameDecoder(fromCaller)(header('I', 0xffff_ffff))]).toThrow(FrameError);
  });

  it('refuses an unknown type by its first byte', () => {
    expect(() => [...createFrameDecoder(fromCaller)(Buffer.from('G'))]).toThrow(FrameError);
  });

  it('refuses frames of the other direction', () => {
    expect(() => [...createFrameDecoder(fromCaller)(encodeFrame('X', Uint8Array.of(0)))]).toThrow(FrameError);
    expect(() => [...createFrameDecoder(fromBroker)(encodeFrame('A', 'get'))]).toThrow(FrameError);
  });
});
