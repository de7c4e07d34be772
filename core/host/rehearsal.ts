import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalApi } from '../local-api/server/server.ts';
import { trimMemory } from '../platform/libc.ts';
import type { Logger } from '../ports.ts';
import { encodeFrame } from '../wire/frames.ts';
import { openRehearsalBroker, stage } from './rehearsal-broker.ts';

/** After about as many V8 has compiled what runs once in a call; a thousand more gain nothing (docs/benchmarks.md). */
const calls = 300;

/** Milliseconds until V8 has collected what the compiling took: 20 MB, which nobody takes again. */
const tidied = 5_000;

/**
 * Plays calls of helpers to this process itself, so that V8 has compiled their way through it before somebody waits:
 * tools call a few times an hour, and it would go on interpreting for days. On a socket of its own, with a broker and
 * an account of its own; the real ones are not touched. Never rejects; resolves early where `signal` aborts.
 */
export async function rehearse(uid: number, logger: Logger, signal: AbortSignal): Promise<void> {
  try {
    const folder = await mkdtemp(join(tmpdir(), 'keytray-rehearsal-'));
    try {
      await perform(join(folder, 'socket'), uid, signal);
    } finally {
      await rm(folder, { recursive: true, force: true });
      setTimeout(trimMemory, tidied).unref();
    }
  } catch (error) {
    logger.debug('the rehearsal was broken off', { why: String(error) });
  }
}

const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

async function perform(socketPath: string, uid: number, signal: AbortSignal): Promise<void> {
  const { broker, skipMinute } = await openRehearsalBroker();
  const api = await startLocalApi({ socketPath, broker, uid, logger: silent });
  if (api.kind === 'already_running') throw new Error('somebody else is on the stage');
  try {
    for (let call = 0; call < calls && !signal.aborted; call += 1) {
      skipMinute();
      await play(socketPath, call % 2 === 0 ? gitCall : tokenCall);
    }
  } finally {
    await api.close(0);
    await broker.stop();
  }
}

const gitCall = whatAClientSends(
  'git',
  encodeFrame('A', 'get'),
  encodeFrame('I', `protocol=https\nhost=${stage.host}\n`),
);
const tokenCall = whatAClientSends('token', encodeFrame('A', stage.account), new Uint8Array());

function whatAClientSends(protocol: string, argument: Uint8Array, input: Uint8Array): Uint8Array {
  const head = [
    `GET /v1/helpers/${protocol}/get HTTP/1.1`,
    'Host: keytray',
    'Connection: Upgrade',
    'Upgrade: keytray-helper/1',
  ];
  const preamble = Buffer.from(`${head.join('\r\n')}\r\n\r\n`);
  return Buffer.concat([preamble, argument, encodeFrame('C', '/'), input, encodeFrame('Z')]);
}

const success = encodeFrame('X', Uint8Array.of(0));

async function play(socketPath: string, call: Uint8Array): Promise<void> {
  const socket = connect(socketPath);
  const received: Uint8Array[] = [];
  socket.on('data', (chunk) => received.push(chunk));
  socket.write(call);
  await once(socket, 'close');
  if (!Buffer.concat(received).subarray(-success.length).equals(success)) throw new Error('a call failed');
}
