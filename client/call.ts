import type { Socket } from 'node:net';
import { KeytrayError } from '../core/errors.ts';
import { createFrameDecoder, encodeFrame, encodeStream, type Frame, fromBroker } from '../core/wire/frames.ts';
import { createNextProgram, type NextProgram } from './next-program.ts';
import { readUpgradeReply } from './upgrade-reply.ts';

export interface HelperRequest {
  readonly protocol: string;
  readonly operation: string;
  readonly argv: readonly string[];
  /** `NAME=value` each. */
  readonly variables: readonly string[];
  readonly cwd: string;
}

export interface Outcome {
  readonly status: number;
  /** What to become now; only where the status is 0. */
  readonly next: NextProgram | undefined;
}

export interface Streams {
  /** Undefined: the protocol has no use for it, and it is not touched. */
  readonly stdin: NodeJS.ReadableStream | undefined;
  /** Nothing more is taken from the broker until it has resolved. */
  stdout(bytes: Uint8Array): Promise<void> | void;
  stderr(bytes: Uint8Array): Promise<void> | void;
  /** Milliseconds without a byte from the broker after which it counts as gone. */
  readonly silence: number;
}

/**
 * One helper call over an open connection. Resolves to the outcome as soon as the broker has sent it,
 * whether or not stdin has ended: some callers never close it. Rejects with a `KeytrayError`.
 */
export function callHelper(socket: Socket, request: HelperRequest, streams: Streams): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    let reply: Buffer | undefined = Buffer.alloc(0);
    const decode = createFrameDecoder(fromBroker);
    const next = createNextProgram(request.argv);

    const take = async (frame: Frame): Promise<void> => {
      switch (frame.type) {
        case 'O':
          if (frame.bytes.length > 0) await streams.stdout(frame.bytes);
          return;
        case 'R':
          await streams.stderr(frame.bytes);
          return;
        case 'X': {
          const status = frame.bytes[0] ?? 1;
          resolve({ status, next: status === 0 ? next.get() : undefined });
          socket.destroy();
          return;
        }
        default:
          next.take(frame);
      }
    };
    const receive = async (chunk: Buffer): Promise<void> => {
      if (reply === undefined) {
        for (const frame of decode(chunk)) await take(frame);
        return;
      }
      reply = Buffer.concat([reply, chunk]);
      const read = readUpgradeReply(reply);
      if (read.kind === 'incomplete') return;
      reply = undefined;
      if (read.kind === 'refused') throw read.failure;
      if (streams.stdin === undefined) socket.write(encodeFrame('Z'));
      else forwardStdin(streams.stdin, socket);
      for (const frame of decode(read.rest)) await take(frame);
    };

    const noAnswer = (): void => {
      reject(new KeytrayError('temporarily_unavailable', 'no answer'));
      socket.destroy();
    };
    // A tool that does not read what it asked for must not keep us from what it still says.
    let received = Promise.resolve();
    socket.on('data', (chunk: Buffer) => {
      socket.pause();
      // Nor is that a silence of the broker's.
      socket.setTimeout(0);
      received = received
        .then(() => receive(chunk))
        .then(
          () => socket.setTimeout(streams.silence).resume(),
          (error: unknown) => {
            reject(error);
            socket.destroy();
          },
        )
        .then(() => undefined);
    });
    socket.setTimeout(streams.silence, noAnswer);
    socket.once('error', () => undefined);
    socket.once('close', () => {
      const cutOff = () => reject(new KeytrayError('temporarily_unavailable', 'the call was cut off'));
      received.then(cutOff, cutOff);
    });
    socket.write(openingOf(request));
  });
}

// In one write: the broker need not be asked twice before it can start.
function openingOf(request: HelperRequest): Uint8Array {
  const head = [
    `GET /v1/helpers/${request.protocol}/${encodeURIComponent(request.operation)} HTTP/1.1`,
    'Host: keytray',
    'Connection: Upgrade',
    'Upgrade: keytray-helper/1',
    '',
    '',
  ].join('\r\n');
  return Buffer.concat([
    Buffer.from(head),
    ...request.argv.map((argument) => encodeFrame('A', argument)),
    ...request.variables.map((variable) => encodeFrame('E', variable)),
    encodeFrame('C', request.cwd),
  ]);
}

function forwardStdin(stdin: NodeJS.ReadableStream, socket: Socket): void {
  let ended = false;
  const end = (): void => {
    if (!ended && socket.writable) socket.write(encodeFrame('Z'));
    ended = true;
  };
  stdin.on('data', (chunk: Buffer) => {
    for (const frame of encodeStream('I', chunk)) socket.write(frame);
    if (!socket.writableNeedDrain) return;
    stdin.pause();
    socket.once('drain', () => stdin.resume());
  });
  stdin.once('end', end);
  stdin.once('error', end);
}
