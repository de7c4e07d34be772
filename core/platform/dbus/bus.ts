import type { Clock, Timer } from '../../ports.ts';
import { type BusPlace, findBus } from './bus-address.ts';
import { BusConnection } from './connection.ts';
import {
  type BusAnswer,
  type BusCall,
  type BusFailure,
  type BusReply,
  type BusSignal,
  daemon,
  type IncomingCall,
  type SentSignal,
} from './messages.ts';

export type { BusAnswer, BusCall, BusReply, BusSignal, IncomingCall } from './messages.ts';

export interface DBusOptions {
  /** Undefined: there is no bus. Asked before every connection, because a session may begin later than we do. */
  readonly address: () => string | undefined;
  /** Whose the bus must be, if not root's; default: this process's user. */
  readonly uid?: number;
  readonly clock: Clock;
  /** Milliseconds for connecting, and again for each call that says nothing else. */
  readonly deadline: number;
  /**
   * Signals that were sent to us alone are not heard. On a bus that several users share any of them can send one, in the
   * name of any interface; match rules, which can name the sender, do not stand in its way.
   */
  readonly broadcastsOnly?: boolean;
}

export interface BusListener {
  /** Match rules of the signals wanted. Signals that others asked for, or that came uninvited, are heard as well. */
  readonly matches: readonly string[];
  readonly heard: (signal: BusSignal) => void;
  /** The connection broke: signals may have been missed. */
  readonly lost: () => void;
  /** Connected, the first time and after a loss. With it the bus is looked for until it is there. */
  readonly connected?: () => void;
}

export interface CallOptions {
  /** Only over a bus at a path that cannot be replaced, as the keychain child gets it (design of addresses: bus-address.ts). */
  readonly onlyPath?: boolean;
  /** Milliseconds. */
  readonly deadline?: number;
}

const noBus: BusFailure = { kind: 'no_bus' };
const abstractBus = 'the session bus is an abstract socket, whose name any user can take once its owner has ended';
// A bus that was restarted is back soon; one that never was is looked for once a minute.
const firstLook = 1_000;
const longestLook = 60_000;
// D-Bus specification, RequestName: not in a queue; the name is ours, or already was.
const doNotQueue = 4;
const owned: readonly unknown[] = [1, 4];

/**
 * A message bus, the session's or the system's, over one connection for all who use it: connected when first needed,
 * and again after it broke. Its other end must be ours or root's. Never keeps the process alive while it only listens.
 */
export class DBus {
  readonly #options: DBusOptions;
  readonly #listeners = new Set<BusListener>();
  readonly #objects = new Map<string, (call: IncomingCall) => BusAnswer>();
  #connecting: Promise<BusConnection | BusFailure> | undefined;
  #connection: BusConnection | undefined;
  #looks = 0;
  #look: Timer | undefined;
  #closed = false;

  constructor(options: DBusOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async call(
    call: BusCall,
    { onlyPath = false, deadline = this.#options.deadline }: CallOptions = {},
  ): Promise<BusReply> {
    if (onlyPath && this.#place().kind === 'abstract') return { kind: 'untrusted_bus', why: abstractBus };
    const connection = await this.#connected();
    return 'kind' in connection ? connection : await connection.ask(call, deadline);
  }

  /** Until the returned function is called. Does not connect by itself, unless it says `connected`. */
  listen(listener: BusListener): () => void {
    this.#listeners.add(listener);
    if (this.#connection === undefined) {
      if (listener.connected !== undefined) void this.#connected();
    } else {
      this.#match('AddMatch', listener);
      listener.connected?.();
    }
    return () => {
      if (!this.#listeners.delete(listener)) return;
      this.#match('RemoveMatch', listener);
    };
  }

  /** Answers calls of the object at `path`, over this connection and later ones, until the returned function is called. */
  serve(path: string, answer: (call: IncomingCall) => BusAnswer): () => void {
    this.#objects.set(path, answer);
    return () => this.#objects.delete(path);
  }

  /** Without a connection nobody would hear it. */
  emit(signal: SentSignal): void {
    this.#connection?.emit(signal);
  }

  /** Of this connection only: to be asked for again after a loss. */
  async own(name: string): Promise<boolean> {
    const reply = await this.call({ ...daemon, member: 'RequestName', signature: 'su', body: [name, doNotQueue] });
    return reply.kind === 'reply' && owned.includes(reply.body[0]);
  }

  close(): void {
    this.#closed = true;
    this.#look?.cancel();
    this.#connection?.end();
  }

  async #connected(): Promise<BusConnection | BusFailure> {
    this.#connecting ??= this.#connect();
    return await this.#connecting;
  }

  async #connect(): Promise<BusConnection | BusFailure> {
    const opened = this.#closed ? noBus : await this.#openAt(this.#place());
    if ('kind' in opened) {
      this.#connecting = undefined;
      this.#lookLater();
      return opened;
    }
    if (this.#closed) {
      opened.end();
      return noBus;
    }
    this.#connection = opened;
    this.#looks = 0;
    void opened.ended.then(() => this.#lost());
    for (const listener of this.#listeners) this.#match('AddMatch', listener);
    for (const listener of [...this.#listeners]) listener.connected?.();
    return opened;
  }

  #lost(): void {
    this.#connection = undefined;
    this.#connecting = undefined;
    if (this.#closed) return;
    for (const listener of [...this.#listeners]) listener.lost();
    this.#lookLater();
  }

  #lookLater(): void {
    const wanted = [...this.#listeners].some(({ connected }) => connected !== undefined);
    if (this.#closed || !wanted) return;
    const pause = Math.min(longestLook, firstLook * 2 ** this.#looks);
    this.#looks += 1;
    this.#look?.cancel();
    this.#look = this.#options.clock.after(pause, () => void this.#connected());
  }

  #match(member: 'AddMatch' | 'RemoveMatch', { matches }: BusListener): void {
    for (const rule of matches) {
      void this.#connection?.ask({ ...daemon, member, signature: 's', body: [rule] }, this.#options.deadline);
    }
  }

  get #uid(): number {
    return this.#options.uid ?? process.getuid?.() ?? -1;
  }

  #place(): BusPlace {
    return findBus(this.#options.address(), { uid: this.#uid, runtimeFolder: process.env.XDG_RUNTIME_DIR });
  }

  async #openAt(place: BusPlace): Promise<BusConnection | BusFailure> {
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

  async #open(address: string): Promise<BusConnection | BusFailure> {
    const { clock, deadline, broadcastsOnly = false } = this.#options;
    return await BusConnection.open({
      address,
      uid: this.#uid,
      clock,
      deadline,
      broadcastsOnly,
      heard: (signal) => {
        for (const listener of [...this.#listeners]) listener.heard(signal);
      },
      asked: (call) => this.#objects.get(call.path)?.(call),
    });
  }
}
