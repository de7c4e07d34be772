import type { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import type { DBusError, MessageBus } from '@jellybrick/dbus-next';
import { uidOfPeer } from '../platform/socket-peer.ts';
import type { Clock, Timer } from '../ports.ts';
import { type BusPlace, findBus } from './bus-address.ts';

/** A method call on the bus; `signature` describes `body` (D-Bus specification, type system). */
export interface BusCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature: string;
  readonly body: readonly unknown[];
}

export type BusReply =
  | { readonly kind: 'reply'; readonly body: readonly unknown[] }
  /** `name`: org.freedesktop.DBus.Error.… */
  | { readonly kind: 'error'; readonly name: string }
  | { readonly kind: 'no_answer' }
  | { readonly kind: 'no_bus' }
  /** There is one, or may be, and another user could be behind it; `why` is for people. */
  | { readonly kind: 'untrusted_bus'; readonly why: string };

type Failure = Extract<BusReply, { kind: 'no_answer' | 'no_bus' | 'untrusted_bus' }>;

export interface BusSignal {
  readonly interface: string;
  readonly member: string;
  readonly body: readonly unknown[];
}

export interface DBusOptions {
  /** Undefined: there is no bus. Asked before every connection, because a session may begin later than we do. */
  readonly address: () => string | undefined;
  /** Default: one whose other end is ours or root's will do, also where others could have taken its name first. */
  readonly onlyPath?: boolean;
  /** Whose the bus must be, if not root's; default: this process's user. */
  readonly uid?: number;
  readonly clock: Clock;
  /** Milliseconds for connecting, and again for each call. */
  readonly deadline: number;
  /** Match rules of the signals wanted. */
  readonly matches: readonly string[];
  readonly heard: (signal: BusSignal) => void;
  /** The connection broke: signals may have been missed. The next call connects again. */
  readonly lost: () => void;
}

interface Connection {
  readonly bus: MessageBus;
  readonly ended: Promise<undefined>;
  readonly end: () => void;
}

const late = Symbol('late');
const noBus: Failure = { kind: 'no_bus' };
const abstractBus = 'the session bus is an abstract socket, whose name any user can take once its owner has ended';
const daemon = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
} as const;

/**
 * A message bus, the session's or the system's: connected when first called, and again after it broke. Its other end
 * must be ours or root's. Never keeps the process alive while it only listens.
 */
export class DBus {
  readonly #options: DBusOptions;
  #connecting: Promise<Connection | Failure> | undefined;
  #connection: Connection | undefined;
  #calls = 0;
  #closed = false;

  constructor(options: DBusOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async call(call: BusCall): Promise<BusReply> {
    this.#connecting ??= this.#connect();
    const connection = await this.#connecting;
    if ('kind' in connection) return connection;
    return await this.#ask(connection, call);
  }

  close(): void {
    this.#closed = true;
    this.#connection?.end();
  }

  async #connect(): Promise<Connection | Failure> {
    const opened = this.#closed ? noBus : await this.#openAt(this.#place());
    if ('kind' in opened) {
      this.#connecting = undefined;
      return opened;
    }
    this.#connection = opened;
    void opened.ended.then(() => {
      this.#connection = undefined;
      this.#connecting = undefined;
      if (!this.#closed) this.#options.lost();
    });
    for (const rule of this.#options.matches) {
      void this.#ask(opened, { ...daemon, member: 'AddMatch', signature: 's', body: [rule] });
    }
    return opened;
  }

  get #uid(): number {
    return this.#options.uid ?? process.getuid?.() ?? -1;
  }

  #place(): BusPlace {
    const place = findBus(this.#options.address(), { uid: this.#uid, runtimeFolder: process.env.XDG_RUNTIME_DIR });
    return place.kind === 'abstract' && this.#options.onlyPath === true ? { kind: 'refused', why: abstractBus } : place;
  }

  async #openAt(place: BusPlace): Promise<Connection | Failure> {
    switch (place.kind) {
      case 'none':
        return noBus;
      case 'refused':
        return { kind: 'untrusted_bus', why: place.why };
      case 'path':
        return await this.#open(`unix:path=${place.path}`);
      case 'abstract':
        return await this.#open(`unix:abstract=${place.name}`);
    }
  }

  async #open(address: string): Promise<Connection | Failure> {
    // Loaded on use: it takes several megabytes, which nobody pays who keeps nothing in a keychain.
    const { sessionBus } = await import('@jellybrick/dbus-next');
    const { promise: ended, resolve } = Promise.withResolvers<undefined>();
    const bus = sessionBus({ busAddress: address, authMethods: ['EXTERNAL'] });
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
    let stranger: Failure | undefined;
    // Before the library's own listener: to another user's bus not even a greeting is sent.
    socket?.prependOnceListener('connect', () => {
      stranger = this.#strangerAt(socket, address);
      if (stranger !== undefined) end();
    });
    const outcome = socket && (await this.#within(Promise.race([connected, ended])));
    if (outcome !== 'connected' || this.#closed) {
      end();
      return stranger ?? (outcome === late ? { kind: 'no_answer' } : noBus);
    }
    socket?.once('close', end);
    socket?.unref();
    bus.on('message', ({ type, interface: name, member, body }) => {
      const signal = 4;
      if (type === signal) this.#options.heard({ interface: name, member, body });
    });
    return { bus, ended, end };
  }

  #strangerAt(socket: Socket, address: string): Failure | undefined {
    const owner = uidOfPeer(socket);
    if (owner === this.#uid || owner === 0) return undefined;
    const who = owner === undefined ? 'an unknown user' : `uid ${owner}`;
    return { kind: 'untrusted_bus', why: `the bus at ${address} is run by ${who}` };
  }

  async #ask(connection: Connection, call: BusCall): Promise<BusReply> {
    const { Message } = await import('@jellybrick/dbus-next');
    const { bus, ended, end } = connection;
    this.#calls += 1;
    socketOf(bus)?.ref();
    try {
      const reply = await this.#within(Promise.race([bus.call(new Message({ ...call, body: [...call.body] })), ended]));
      // The library remembers an unanswered call for the life of the connection.
      if (reply === late) end();
      if (reply === late) return { kind: 'no_answer' };
      return reply ? { kind: 'reply', body: reply.body } : { kind: 'no_bus' };
    } catch (error) {
      if (isDBusError(error)) return { kind: 'error', name: error.type };
      end();
      return { kind: 'no_bus' };
    } finally {
      this.#calls -= 1;
      if (this.#calls === 0) socketOf(bus)?.unref();
    }
  }

  /** The library settles no call on a bus that cannot be reached. */
  async #within<T>(work: Promise<T>): Promise<T | typeof late> {
    const { clock, deadline } = this.#options;
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
}

const isDBusError = (error: unknown): error is DBusError =>
  error instanceof Error && 'type' in error && typeof error.type === 'string';

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
