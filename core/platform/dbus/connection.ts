import type { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import type { DBusError, Message, MessageBus } from '@jellybrick/dbus-next';
import type { Clock, Timer } from '../../ports.ts';
import { uidOfPeer } from '../socket-peer.ts';
import {
  type BusAnswer,
  type BusCall,
  type BusFailure,
  type BusReply,
  type BusSignal,
  BusVariant,
  type IncomingCall,
  type SentSignal,
} from './messages.ts';

type Library = typeof import('@jellybrick/dbus-next');

export interface ConnectionOptions {
  /** `unix:path=…` or `unix:abstract=…`. */
  readonly address: string;
  /** Whose the other end must be, if not root's. */
  readonly uid: number;
  readonly clock: Clock;
  /** Milliseconds for connecting. */
  readonly deadline: number;
  /** What was sent to us alone is not heard. */
  readonly broadcastsOnly: boolean;
  readonly heard: (signal: BusSignal) => void;
  readonly asked: (call: IncomingCall) => BusAnswer;
}

const late = Symbol('late');

/** One connection to a bus that is ours or root's. Keeps the process alive only while a call of ours is open. */
export class BusConnection {
  /** Resolves when it broke or was ended. */
  readonly ended: Promise<undefined>;
  readonly #library: Library;
  readonly #bus: MessageBus;
  readonly #clock: Clock;
  readonly #end: () => void;
  #calls = 0;

  private constructor(
    library: Library,
    bus: MessageBus,
    { clock }: ConnectionOptions,
    ended: Promise<undefined>,
    end: () => void,
  ) {
    this.#library = library;
    this.#bus = bus;
    this.#clock = clock;
    this.ended = ended;
    this.#end = end;
  }

  /** Never rejects. */
  static async open(options: ConnectionOptions): Promise<BusConnection | BusFailure> {
    const { address, uid, clock, deadline } = options;
    // Loaded on use: it takes several megabytes, which nobody pays who keeps nothing in a keychain.
    const library = await import('@jellybrick/dbus-next');
    const { promise: ended, resolve } = Promise.withResolvers<undefined>();
    const bus = library.sessionBus({ busAddress: address, authMethods: ['EXTERNAL'] });
    const end = (): void => {
      bus.disconnect();
      socketOf(bus)?.destroy();
      resolve(undefined);
    };
    // Missing in the library's types; without a listener an unreachable bus would end the process.
    const untyped: EventEmitter = bus;
    untyped.on('error', end);
    const connected = new Promise<'connected'>((done) => bus.once('connect', () => done('connected')));
    const socket = await streamOf(bus);
    let stranger: BusFailure | undefined;
    // Before the library's own listener: to another user's bus not even a greeting is sent.
    socket?.prependOnceListener('connect', () => {
      stranger = strangerAt(socket, address, uid);
      if (stranger !== undefined) end();
    });
    const outcome = socket && (await within(clock, deadline, Promise.race([connected, ended])));
    if (outcome !== 'connected') {
      end();
      return stranger ?? (outcome === late ? { kind: 'no_answer' } : { kind: 'no_bus' });
    }
    socket?.once('close', end);
    socket?.unref();
    hear(library, bus, options);
    return new BusConnection(library, bus, options, ended, end);
  }

  end(): void {
    this.#end();
  }

  /** Never rejects. One service that does not answer leaves the connection to the others. */
  async ask(call: BusCall, deadline: number): Promise<BusReply> {
    const message = new this.#library.Message({ ...call, body: dressed(this.#library, call.body) });
    this.#calls += 1;
    socketOf(this.#bus)?.ref();
    try {
      const asked = Promise.race([this.#bus.call(message), this.ended]);
      const reply = await within(this.#clock, deadline, asked);
      if (reply === late) {
        forget(this.#bus, message);
        return { kind: 'no_answer' };
      }
      return reply ? { kind: 'reply', body: reply.body } : { kind: 'no_bus' };
    } catch (error) {
      if (isDBusError(error)) return { kind: 'error', name: error.type };
      this.end();
      return { kind: 'no_bus' };
    } finally {
      this.#calls -= 1;
      if (this.#calls === 0) socketOf(this.#bus)?.unref();
    }
  }

  emit({ path, interface: name, member, signature, body }: SentSignal): void {
    this.#bus.send(this.#library.Message.newSignal(path, name, member, signature, dressed(this.#library, body)));
  }
}

const signalType = 4;
const noReplyExpected = 1;

function hear(library: Library, bus: MessageBus, { heard, asked, broadcastsOnly }: ConnectionOptions): void {
  bus.on('message', ({ type, interface: name, member, body, destination }) => {
    if (type !== signalType || (broadcastsOnly && destination)) return;
    heard({ interface: name, member, body });
  });
  bus.addMethodHandler((message) => {
    try {
      const { path, interface: name, member, body, flags } = message;
      const answer = asked({ path, interface: name, member, body });
      if (answer === undefined) return false;
      if ((flags & noReplyExpected) === 0) {
        bus.send(library.Message.newMethodReturn(message, answer.signature, dressed(library, answer.body)));
      }
      return true;
    } catch {
      // The library would send the stack to whoever asked.
      return false;
    }
  });
}

/** With the library's variants in place of ours. */
function dressed(library: Library, body: readonly unknown[]): unknown[] {
  const dress = (value: unknown): unknown => {
    if (value instanceof BusVariant) return new library.Variant(value.signature, dress(value.value));
    if (Array.isArray(value)) return value.map(dress);
    if (typeof value !== 'object' || value === null || value instanceof library.Variant) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, dress(inner)]));
  };
  return body.map(dress);
}

function strangerAt(socket: Socket, address: string, uid: number): BusFailure | undefined {
  const owner = uidOfPeer(socket);
  if (owner === uid || owner === 0) return undefined;
  const who = owner === undefined ? 'an unknown user' : `uid ${owner}`;
  return { kind: 'untrusted_bus', why: `the bus at ${address} is run by ${who}` };
}

/** The library settles no call on a bus that cannot be reached. */
async function within<T>(clock: Clock, deadline: number, work: Promise<T>): Promise<T | typeof late> {
  let timer: Timer | undefined;
  const over = new Promise<typeof late>((resolve) => {
    timer = clock.after(deadline, () => resolve(late));
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    timer?.cancel();
  }
}

const isDBusError = (error: unknown): error is DBusError =>
  error instanceof Error && 'type' in error && typeof error.type === 'string';

/** The library remembers an unanswered call for the life of the connection. */
function forget(bus: MessageBus, { serial }: Message): void {
  const waiting: unknown = Reflect.get(bus, '_methodReturnHandlers');
  if (typeof waiting === 'object' && waiting !== null && serial !== null) Reflect.deleteProperty(waiting, serial);
}

/** The library offers no way to its socket, and neither says when the bus has gone nor lets a process end by itself. */
function socketOf(bus: MessageBus): Socket | undefined {
  const connection: unknown = Reflect.get(bus, '_connection');
  const stream: unknown = typeof connection === 'object' && connection !== null && Reflect.get(connection, 'stream');
  return stream instanceof Socket ? stream : undefined;
}

/** The library sets it some microtasks after it was called, and connects after those. */
async function streamOf(bus: MessageBus): Promise<Socket | undefined> {
  for (let tries = 0; tries < 16; tries += 1) {
    const socket = socketOf(bus);
    if (socket !== undefined) return socket;
    await undefined;
  }
  return undefined;
}
