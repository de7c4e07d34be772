import type { Socket } from 'node:net';
import { failures, KeytrayError } from '../../errors.ts';
import { oneLineOf } from '../../failures/next-step.ts';
import type { Logger } from '../../ports.ts';
import { printable } from '../../untrusted/plain-text.ts';
import type { BrokerApi, Caller } from '../../wire/broker-api.ts';
import { createFrameDecoder, encodeFrame, encodeStream, FrameError, fromCaller } from '../../wire/frames.ts';
import type { HelperCall } from '../../wire/helper-call.ts';
import { asKeytrayError } from '../server/error-response.ts';
import { type LocalApiTimeouts, sizes } from '../server/limits.ts';
import type { Quota, Release } from '../server/quota.ts';
import { endAfter } from '../socket/linger.ts';
import { ByteQueue } from './byte-queue.ts';
import { createHelperSession, type HelperStep, type Preamble } from './helper-session.ts';
import type { AtWork, IdleCalls } from './idle-calls.ts';
import { nextProgramFrames } from './next-program.ts';

export interface HelperConnection {
  readonly socket: Socket;
  /** What came with the request, before the switch of protocols. */
  readonly head: Uint8Array;
  readonly protocol: string;
  readonly operation: string;
  readonly consumer: Caller['consumer'];
  readonly broker: BrokerApi;
  readonly logger: Logger;
  readonly timeouts: Pick<LocalApiTimeouts, 'preamble' | 'stdin' | 'heartbeat' | 'linger'>;
  /** Calls that bring more than a little stdin. */
  readonly largeInputs: Quota;
  readonly idle: IdleCalls;
  /** Gives back the place of the call. */
  readonly release: Release;
}

/** Serves one helper call on a connection whose `101 Switching Protocols` has been sent, then closes it. */
export function serveHelper(connection: HelperConnection): void {
  const { socket, timeouts } = connection;
  const gone = new AbortController();
  const stdin = new ByteQueue({
    milliseconds: timeouts.stdin,
    error: () => new KeytrayError('invalid_request', 'the input did not arrive'),
    waits: () => connection.idle.wait(giveWay),
  });
  const decode = createFrameDecoder(fromCaller);
  const advance = createHelperSession();
  let finished = false;
  let received = 0;
  let releaseInput: Release | undefined;
  let next: readonly Uint8Array[] = [];

  const send = (frame: Uint8Array): void => {
    if (finished || socket.destroyed) return;
    socket.write(frame);
    if (socket.writableLength > sizes.helperBacklog) socket.destroy();
  };
  const sendText = (type: string, text: string): void => {
    for (const frame of encodeStream(type, Buffer.from(text))) send(frame);
  };
  const finish = (status: number): void => {
    if (status === 0) for (const frame of next) send(frame);
    send(encodeFrame('X', Uint8Array.of(status & 0xff)));
    if (finished) return;
    finished = true;
    // First of all: somebody waits for it.
    socket.end();
    clearTimeout(preambleTimer);
    preambleCame();
    clearInterval(heartbeat);
    stdin.end(() => new KeytrayError('invalid_request', 'the call has ended'));
    // The caller closes when it has seen the status; one that does not is not kept.
    endAfter(socket, timeouts.linger);
  };
  const fail = (error: unknown): void => {
    if (finished) return;
    const failure = asKeytrayError(error, connection.logger);
    sendText('R', `${printable(`keytray: ${oneLineOf(failure)}`)}\n`);
    finish(failures[failure.code].exit);
  };
  const leave = (): void => {
    clearTimeout(preambleTimer);
    preambleCame();
    clearInterval(heartbeat);
    stdin.end(() => new KeytrayError('invalid_request', 'the client disconnected'));
    if (!finished) gone.abort();
    finished = true;
    socket.destroy();
  };
  const giveWay = (): void => {
    connection.release();
    fail(
      new KeytrayError('temporarily_unavailable', 'Keytray is busy: this call waited longest for its input', {
        retryAfter: 1,
      }),
    );
    gone.abort();
  };
  const preambleCame: AtWork = connection.idle.wait(giveWay);
  const preambleTimer = setTimeout(
    () => fail(new KeytrayError('invalid_request', 'the arguments did not arrive')),
    timeouts.preamble,
  );
  const heartbeat = setInterval(() => send(encodeFrame('O')), timeouts.heartbeat);

  const start = (preamble: Preamble): void => {
    if (finished) return;
    const call: HelperCall = {
      operation: connection.operation,
      ...preamble,
      get parents() {
        return connection.consumer.parents;
      },
      stdin,
      stdout: (text) => sendText('O', text),
      stderr: (line) => sendText('R', `${printable(line)}\n`),
      become: (program) => {
        next = nextProgramFrames(program, preamble.argv);
      },
      signal: gone.signal,
    };
    const caller: Caller = { consumer: connection.consumer, signal: gone.signal };
    connection.broker.helper(connection.protocol, call, caller).then(finish, fail);
  };
  const take = (step: HelperStep): void => {
    switch (step.kind) {
      case 'more':
        return;
      case 'start':
        clearTimeout(preambleTimer);
        preambleCame();
        // After what came with it, so that the helper need not wait for a stdin that is here.
        queueMicrotask(() => start(step.preamble));
        return;
      case 'stdin':
        received += step.bytes.length;
        if (received > sizes.smallInput) releaseInput ??= connection.largeInputs.take(connection.consumer.pid);
        stdin.push(step.bytes);
        return;
      case 'stdin_ended':
        stdin.end();
    }
  };
  const receive = (chunk: Uint8Array): void => {
    // What a caller still sends after the status is read and forgotten, or closing would lose the status.
    if (finished) return;
    try {
      for (const frame of decode(chunk)) take(advance(frame));
    } catch (error) {
      fail(error instanceof FrameError ? new KeytrayError('invalid_request', error.message) : error);
      gone.abort();
    }
  };

  socket.on('data', receive);
  // The caller keeps its writing side open to the end: an end means that it has gone.
  socket.once('end', leave);
  socket.once('error', leave);
  socket.once('close', leave);
  socket.once('close', () => releaseInput?.());
  if (connection.head.length > 0) receive(connection.head);
}
