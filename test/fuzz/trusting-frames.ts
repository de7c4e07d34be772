import type { Duplex } from 'node:stream';
import { ByteQueue } from '../../core/local-api/helper-stream/byte-queue.ts';
import { createHelperSession } from '../../core/local-api/helper-stream/helper-session.ts';
import { helperUpgrade } from '../../core/local-api/server/routes/helpers.ts';
import type { UpgradeHandler } from '../../core/local-api/server/upgrade-handler.ts';
import { encodeFrame } from '../../core/wire/frames.ts';
import type { FakeBroker } from '../support/fake-broker.ts';

/** Planted: believes whatever length a frame announces, and waits for all of it. */
function* trustingDecode(state: { pending: Buffer }, chunk: Uint8Array) {
  state.pending = Buffer.concat([state.pending, chunk]);
  while (state.pending.length >= 5) {
    const { pending } = state;
    const end = 5 + pending.readUInt32BE(1);
    if (pending.length < end) return;
    state.pending = pending.subarray(end);
    yield { type: String.fromCharCode(pending[0] ?? 0), bytes: pending.subarray(5, end) };
  }
}

/** Serves helper calls with the real session and the real helper, through a decoder that trusts lengths. */
export function trustingUpgrade(broker: FakeBroker): UpgradeHandler {
  return (request, socket: Duplex, head) => {
    const [, , , protocol = '', operation = ''] = (request.url ?? '').split('/');
    const advance = createHelperSession();
    const stdin = new ByteQueue();
    const state = { pending: Buffer.alloc(0) };
    const gone = new AbortController();
    const finish = (status: number): void => {
      if (!socket.writableEnded) socket.end(encodeFrame('X', Uint8Array.of(status)));
    };
    const receive = (chunk: Uint8Array): void => {
      try {
        for (const frame of trustingDecode(state, chunk)) {
          const step = advance(frame);
          if (step.kind === 'stdin') stdin.push(step.bytes);
          if (step.kind === 'stdin_ended') stdin.end();
          if (step.kind !== 'start') continue;
          const stdout = (text: string) => socket.write(encodeFrame('O', text));
          const stderr = (line: string) => socket.write(encodeFrame('R', line));
          const become = () => undefined;
          const call = { ...step.preamble, parents: [], operation, stdin, stdout, stderr, become, signal: gone.signal };
          const consumer = { pid: 0, uid: 0, startTime: undefined, executable: undefined, parents: [] };
          broker.helper(protocol, call, { consumer, signal: gone.signal }).then(finish, () => finish(1));
        }
      } catch {
        finish(2);
      }
    };
    socket.on('error', () => undefined);
    socket.once('close', () => stdin.end());
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${helperUpgrade}\r\n\r\n`);
    socket.on('data', receive);
    receive(head);
  };
}
