import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KeytrayError } from '../../../core/errors.ts';
import { createFrameDecoder, encodeFrame, fromBroker } from '../../../core/wire/frames.ts';
import type { HelperCall } from '../../../core/wire/helper-call.ts';
import { type BrokerSocket, startBrokerSocket } from '../../support/broker-socket.ts';
import { FakeBroker } from '../../support/fake-broker.ts';
import { openSocket, rawExchange, requestText } from './raw-exchange.ts';

let broker: FakeBroker;
let socket: BrokerSocket;

beforeEach(async () => {
  broker = new FakeBroker();
  socket = await startBrokerSocket(broker, { timeouts: { preamble: 200, heartbeat: 50, linger: 200 } });
});

afterEach(async () => {
  await socket[Symbol.asyncDispose]();
});

const head = (path = '/v1/helpers/git/get'): Buffer =>
  Buffer.from(requestText(`GET ${path}`, ['Host: keytray', 'Connection: Upgrade', 'Upgrade: keytray-helper/1']));
const frame = (type: string, content: string | Uint8Array = '') => encodeFrame(type, content);
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};
const textOf = async (stdin: HelperCall['stdin']): Promise<string> =>
  Buffer.concat(await Array.fromAsync(stdin)).toString();

/** What a caller sees, as it comes. */
class Caller {
  readonly frames: string[] = [];
  status: number | undefined;
  closed = false;
  readonly #socket: Socket;
  #head: Buffer | undefined = Buffer.alloc(0);

  constructor(connected: Socket) {
    this.#socket = connected;
    const decode = createFrameDecoder(fromBroker);
    connected.on('data', (chunk: Buffer) => {
      let bytes = chunk;
      if (this.#head !== undefined) {
        this.#head = Buffer.concat([this.#head, chunk]);
        const end = this.#head.indexOf('\r\n\r\n');
        if (end === -1) return;
        bytes = this.#head.subarray(end + 4);
        expect(this.#head.toString('latin1')).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
        this.#head = undefined;
      }
      for (const { type, bytes: content } of decode(bytes)) {
        if (type === 'X') this.status = content[0];
        else this.frames.push(`${type}:${Buffer.from(content).toString()}`);
      }
    });
    connected.on('error', () => undefined);
    connected.once('close', () => {
      this.closed = true;
    });
  }

  send(...pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) this.#socket.write(piece);
  }

  leave(): void {
    this.#socket.destroy();
  }

  /** What was written to the tool, signs of life left out. */
  get said(): string[] {
    return this.frames.filter((text) => text !== 'O:');
  }

  async end(): Promise<number | undefined> {
    await until(() => this.closed);
    return this.status;
  }
}

const open = async (): Promise<Caller> => new Caller(await openSocket(socket.socketPath));

describe('a helper call', () => {
  it('carries arguments, variables, folder and stdin in, and output and status out', async () => {
    let seen: unknown;
    broker.helpers.set('git', async (call, caller) => {
      seen = {
        operation: call.operation,
        argv: call.argv,
        env: { ...call.env },
        cwd: call.cwd,
        stdin: await textOf(call.stdin),
        pid: caller.consumer.pid,
      };
      call.stdout('username=x\n');
      call.stderr('one\nline \u001b[2J only');
      call.stdout('password=ü\n');
      return 3;
    });
    const caller = await open();
    caller.send(head(), frame('A', '--x'), frame('A', 'get'), frame('E', 'A=b'), frame('C', '/src'));
    caller.send(frame('I', 'protocol='), frame('I', 'https\n'), frame('Z'));
    expect(await caller.end()).toBe(3);
    expect(seen).toEqual({
      operation: 'get',
      argv: ['--x', 'get'],
      env: { A: 'b' },
      cwd: '/src',
      stdin: 'protocol=https\n',
      pid: process.pid,
    });
    expect(caller.said).toEqual(['O:username=x\n', 'R:one line  [2J only\n', 'O:password=ü\n']);
  });

  it('may come in one piece with the request, or byte by byte', async () => {
    broker.helpers.set('git', async (call) => {
      call.stdout(await textOf(call.stdin));
      return 0;
    });
    const wire = Buffer.concat([head(), frame('A', 'get'), frame('C', '/'), frame('I', 'abc'), frame('Z')]);
    const whole = await open();
    whole.send(wire);
    expect([await whole.end(), whole.said]).toEqual([0, ['O:abc']]);
    const slow = await open();
    for (const byte of wire) {
      slow.send(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect([await slow.end(), slow.said]).toEqual([0, ['O:abc']]);
  });

  it('starts before stdin, and ends though the caller never closes it', async () => {
    broker.helpers.set('git', async (call) => {
      for await (const chunk of call.stdin) {
        call.stdout(`got ${Buffer.from(chunk).toString()}`);
        return 0;
      }
      return 1;
    });
    const caller = await open();
    caller.send(head(), frame('C', '/'));
    await until(() => broker.called('helper').length === 1);
    caller.send(frame('I', 'host=x\n\n'));
    expect([await caller.end(), caller.said]).toEqual([0, ['O:got host=x\n\n']]);
  });

  it('can speak first to a caller that writes only then', async () => {
    broker.helpers.set('cargo', async (call) => {
      call.stdout('{"v":[1]}\n');
      for await (const chunk of call.stdin) call.stdout(`answer to ${Buffer.from(chunk).toString()}`);
      return 0;
    });
    const caller = await open();
    caller.send(head('/v1/helpers/cargo/get'), frame('C', '/'));
    await until(() => caller.said.length === 1);
    caller.send(frame('I', 'request'));
    await until(() => caller.said.length === 2);
    caller.send(frame('Z'));
    expect([await caller.end(), caller.said]).toEqual([0, ['O:{"v":[1]}\n', 'O:answer to request']]);
  });

  it('carries a large answer in several frames, and the largest input', async () => {
    broker.helpers.set('git', async (call) => {
      const text = await textOf(call.stdin);
      call.stdout(text);
      return text.length === 1024 * 1024 ? 0 : 1;
    });
    const caller = await open();
    const chunk = frame('I', 'x'.repeat(64 * 1024));
    caller.send(head(), frame('C', '/'), ...Array.from({ length: 16 }, () => chunk), frame('Z'));
    expect(await caller.end()).toBe(0);
    expect(caller.said.map((text) => text.length - 2)).toEqual(Array.from({ length: 16 }, () => 64 * 1024));
  });

  it('gets a status even if the caller goes on talking', async () => {
    broker.helpers.set('git', async () => 0);
    const caller = await open();
    caller.send(head(), frame('C', '/'));
    for (let count = 0; count < 8; count += 1) caller.send(frame('I', 'x'.repeat(60_000)));
    expect(await caller.end()).toBe(0);
  });

  it('shows signs of life while it takes its time', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    broker.helpers.set('git', async () => await promise);
    const caller = await open();
    caller.send(head(), frame('C', '/'));
    await until(() => caller.frames.filter((text) => text === 'O:').length > 2);
    resolve(0);
    expect(await caller.end()).toBe(0);
  });

  it('is cancelled when its caller goes, and its stdin does not look complete', async () => {
    let outcome: unknown;
    let signal: AbortSignal | undefined;
    broker.helpers.set('git', async (call) => {
      signal = call.signal;
      outcome = await textOf(call.stdin).catch((error: unknown) => error);
      return 0;
    });
    const caller = await open();
    caller.send(head(), frame('C', '/'), frame('I', 'password=x'));
    await until(() => signal !== undefined);
    caller.leave();
    await until(() => outcome !== undefined);
    expect(signal?.aborted).toBe(true);
    expect(outcome).toBeInstanceOf(KeytrayError);
    expect(socket.logger.lines).toEqual([]);
  });

  it('decodes the operation', async () => {
    let operation = '';
    broker.helpers.set('git', async (call) => {
      operation = call.operation;
      return 0;
    });
    const caller = await open();
    caller.send(head('/v1/helpers/git/a%2Fb%20c'), frame('C', '/'));
    expect(await caller.end()).toBe(0);
    expect(operation).toBe('a/b c');
  });
});

describe('a helper call that fails', () => {
  it.each([
    [new KeytrayError('login_required', 'sign in to\nlab'), 4, 'R:keytray: sign in to lab: keytray login ACCOUNT\n'],
    [new KeytrayError('temporarily_unavailable', 'no network'), 6, 'R:keytray: no network\n'],
    [new TypeError('token at-1'), 1, 'R:keytray: internal error; see the broker log\n'],
  ])('ends with one line and its exit code: %s', async (error, status, line) => {
    broker.helpers.set('git', async () => {
      throw error;
    });
    const caller = await open();
    caller.send(head(), frame('C', '/'), frame('Z'));
    expect([await caller.end(), caller.said]).toEqual([status, [line]]);
  });

  it('because nobody speaks the protocol', async () => {
    const caller = await open();
    caller.send(head('/v1/helpers/unheard-of/get'), frame('C', '/'));
    expect([await caller.end(), caller.said.length]).toEqual([2, 1]);
  });

  it.each([
    ['an unknown type', [Buffer.from('G\0\0\0\0')]],
    ['a frame of the other side', [Buffer.from('X\0\0\0\u0001\0')]],
    ['a length beyond the limit', [Buffer.from([0x41, 0, 1, 0, 1])]],
    ['stdin before the folder', [frame('I', 'x')]],
    ['a variable that is none', [frame('E', 'x')]],
    ['too many arguments', Array.from({ length: 3 }, () => frame('A', 'x'.repeat(60_000)))],
    ['an argument that comes with the folder, behind it', [Buffer.concat([frame('C', '/'), frame('A', 'x')])]],
  ])('by %s gets one line and 2, and never reaches the helper', async (_name, pieces) => {
    const caller = await open();
    caller.send(head(), ...pieces);
    expect(await caller.end()).toBe(2);
    expect(caller.said).toHaveLength(1);
    expect(broker.called('helper')).toEqual([]);
  });

  it.each([
    ['an argument after the folder', [frame('A', 'x')]],
    ['stdin after its end', [frame('Z'), frame('I', 'x')]],
    ['more than 1 MiB of stdin', Array.from({ length: 17 }, () => frame('I', 'x'.repeat(64 * 1024)))],
  ])('by %s is cancelled', async (_name, pieces) => {
    let signal: AbortSignal | undefined;
    broker.helpers.set('git', async (call) => {
      signal = call.signal;
      return await new Promise((resolve) => call.signal.addEventListener('abort', () => resolve(0)));
    });
    const caller = await open();
    caller.send(head(), frame('C', '/'));
    await vi.waitFor(() => expect(signal).toBeDefined());
    caller.send(...pieces);
    expect([await caller.end(), caller.said.length]).toEqual([2, 1]);
    expect(signal?.aborted).toBe(true);
  });

  it('by silence before the folder', async () => {
    const caller = await open();
    caller.send(head(), frame('A', 'get'));
    expect([await caller.end(), caller.said]).toEqual([2, ['R:keytray: the arguments did not arrive\n']]);
  });

  it.each([
    ['/v1/helpers/git', 404],
    ['/v1/helpers/git/a/b', 404],
    ['/v1/helpers/GIT/get', 426],
    ['/v1/helpers/git/%zz', 426],
  ])('because %s is no helper', async (path, status) => {
    expect((await rawExchange(socket.socketPath, head(path))).status).toBe(status);
    expect(broker.calls).toEqual([]);
  });

  it('does not disturb the others', async () => {
    broker.helpers.set('git', async (call) => {
      call.stdout(await textOf(call.stdin));
      return 0;
    });
    const stuck = await open();
    stuck.send(head(), frame('C', '/'));
    const broken = await open();
    broken.send(head(), Buffer.from('nonsense'));
    const callers = await Promise.all(Array.from({ length: 40 }, open));
    callers.forEach((caller, index) => {
      caller.send(head(), frame('C', '/'), frame('I', `call ${index}`), frame('Z'));
    });
    expect(await Promise.all(callers.map((caller) => caller.end()))).toEqual(callers.map(() => 0));
    expect(callers.map((caller) => caller.said)).toEqual(callers.map((_caller, index) => [`O:call ${index}`]));
    expect([await broken.end(), stuck.closed]).toEqual([2, false]);
    stuck.leave();
  });
});
