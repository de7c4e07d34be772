import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { KeytrayError } from '../../errors.ts';
import type { Consumer } from '../../platform/consumer.ts';
import type { Quota, Release } from './quota.ts';

export interface ConnectionTableOptions {
  readonly connections: Quota;
  /** Connections of other uids. */
  readonly strangers: number;
  /** Unanswered requests of one connection. */
  readonly pipelined: number;
  /** Milliseconds that bytes may wait for a caller that takes none. */
  readonly stall: number;
}

export type Admission =
  | { readonly kind: 'admitted' }
  | { readonly kind: 'refused'; readonly failure: KeytrayError }
  /** Without a word: there are too many even to explain. */
  | { readonly kind: 'dropped' };

interface Connection {
  readonly release: Release;
  /** Requests, streams and helper calls the broker is at work on. */
  busy: number;
  unanswered: number;
  /** Requests that came before the answer to the one in front of them was taken. */
  readonly queue: (() => void)[];
  /** Bytes that waited for the caller when the table was last gone through. */
  unsent: number;
  stalledSince: number | undefined;
}

/**
 * Who is connected. A newcomer for whom there is no room takes the place of the connection that has been idle
 * longest: nothing of it is lost but a handshake. Idle is also who has not finished sending, or takes no answer.
 */
export class ConnectionTable {
  readonly #options: ConnectionTableOptions;
  // In order of last use.
  readonly #open = new Map<Socket, Connection>();
  /** What comes next on connections that have more than one request in line. */
  readonly #line: (() => void)[] = [];
  #strangers = 0;
  #sweeper: NodeJS.Timeout | undefined;

  constructor(options: ConnectionTableOptions) {
    this.#options = options;
  }

  admit(socket: Socket, peer: Consumer | undefined, uid: number): Admission {
    if (peer === undefined || peer.uid !== uid) return this.#admitStranger(socket);
    const { connections } = this.#options;
    // Nobody's connection goes for a program that has too many already.
    if (connections.withinShare(peer.pid) && !connections.hasRoom()) this.#makeRoom();
    try {
      this.#add(socket, connections.take(peer.pid));
      return { kind: 'admitted' };
    } catch (failure) {
      if (failure instanceof KeytrayError) return { kind: 'refused', failure };
      throw failure;
    }
  }

  /**
   * Serves the requests of a connection one after another, each when the answer before it has been taken: answers
   * nobody reads do not pile up. False where too many wait in line.
   */
  serve(socket: Socket, outgoing: ServerResponse, start: () => void): boolean {
    const connection = this.#open.get(socket);
    if (connection === undefined || connection.unanswered >= this.#options.pipelined) return false;
    outgoing.once('close', () => {
      connection.unanswered -= 1;
      const next = connection.queue.shift();
      if (next !== undefined) this.#later(() => socket.destroyed || next());
    });
    connection.unanswered += 1;
    if (connection.unanswered === 1) start();
    else connection.queue.push(start);
    return true;
  }

  /**
   * Closes the connection once the requests before have their answers, and serves nothing more on it. False where no
   * answer is due.
   */
  closeBehindAnswers(socket: Socket): boolean {
    const connection = this.#open.get(socket);
    if (connection === undefined || connection.unanswered === 0) return false;
    connection.queue.push(() => socket.destroySoon());
    return true;
  }

  /** Keeps the connection from being closed to make room, until the returned function is called. */
  busy(socket: Socket): Release {
    const connection = this.#open.get(socket);
    if (connection === undefined) return () => undefined;
    connection.busy += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      connection.busy -= 1;
      if (this.#open.delete(socket)) this.#open.set(socket, connection);
    };
  }

  /**
   * Starts one in each turn of the event loop, of all connections together. libuv accepts one connection in a turn: a
   * turn in which every connection gets an answer makes a newcomer wait until all of them have all of theirs.
   */
  #later(start: () => void): void {
    this.#line.push(start);
    if (this.#line.length === 1) setImmediate(() => this.#startNext());
  }

  #startNext(): void {
    const start = this.#line.shift();
    if (this.#line.length > 0) setImmediate(() => this.#startNext());
    start?.();
  }

  /** Ends whatever is still connected. */
  close(): void {
    this.#rest();
    for (const socket of this.#open.keys()) socket.destroy();
  }

  #admitStranger(socket: Socket): Admission {
    if (this.#strangers >= this.#options.strangers) return { kind: 'dropped' };
    this.#strangers += 1;
    this.#add(socket, () => {
      this.#strangers -= 1;
    });
    return { kind: 'admitted' };
  }

  #add(socket: Socket, release: Release): void {
    this.#open.set(socket, { release, busy: 0, unanswered: 0, queue: [], unsent: 0, stalledSince: undefined });
    socket.once('close', () => this.#remove(socket));
    this.#sweeper ??= setInterval(() => this.#sweep(performance.now()), this.#options.stall / 4).unref();
  }

  /** Counted as gone at once, though its descriptor is closed a turn later: somebody is waiting for the place. */
  #remove(socket: Socket): void {
    const connection = this.#open.get(socket);
    if (this.#open.delete(socket)) connection?.release();
  }

  #makeRoom(): void {
    for (const [socket, connection] of this.#open) {
      if (connection.busy > 0) continue;
      this.#remove(socket);
      socket.destroy();
      return;
    }
  }

  #rest(): void {
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
  }

  /** Whoever reads nothing holds what was made for it, and no time-out of HTTP's ends that. */
  #sweep(now: number): void {
    if (this.#open.size === 0) this.#rest();
    for (const [socket, connection] of this.#open) {
      const unsent = socket.writableLength;
      if (unsent === 0 || unsent < connection.unsent) connection.stalledSince = undefined;
      else connection.stalledSince ??= now;
      connection.unsent = unsent;
      if (connection.stalledSince !== undefined && now - connection.stalledSince >= this.#options.stall) {
        socket.destroy();
      }
    }
  }
}
