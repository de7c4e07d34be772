import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Turns } from '../../concurrency/turns.ts';
import type { Clock, Logger, Timer } from '../../ports.ts';
import { Secret } from '../../secret.ts';
import { type ChildReply, type ChildRequest, parseReply } from './call.ts';
import { keyringEnvironment } from './child-environment.ts';

export type KeychainCall =
  | { readonly op: 'get'; readonly account: string }
  | { readonly op: 'set'; readonly account: string; readonly value: Secret }
  | { readonly op: 'delete'; readonly account: string };

export type CallResult =
  | { readonly kind: 'value'; readonly value: Secret | undefined }
  | { readonly kind: 'done' }
  /** keytar's own words; keytar-error.ts tells what they mean. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'stuck' }
  /** Twice in a row; `started` is false where the program did not even come up. */
  | { readonly kind: 'crashed'; readonly started: boolean }
  | { readonly kind: 'closed' };

export interface ChildOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly env: NodeJS.ProcessEnv;
  readonly program: { readonly execPath: string; readonly file: string };
  /** Milliseconds a call may take once the child is up. */
  readonly callDeadline?: number;
  /** Milliseconds the child may take to come up. */
  readonly startDeadline?: number;
  /** Milliseconds without a call after which the child is ended. */
  readonly idle?: number;
}

interface Running {
  readonly process: ChildProcess;
  ready: boolean;
  /** Set while a call waits. */
  settle: ((result: CallResult) => void) | undefined;
  /** Id of the call that waits. */
  awaited: number;
  onReady: (() => void) | undefined;
  readonly gone: Promise<void>;
}

/** The program of the child: beside this source file, or beside the bundle. */
export function keychainChildFile(): string {
  const bundled = fileURLToPath(new URL('./keychain-child.js', import.meta.url));
  return existsSync(bundled) ? bundled : fileURLToPath(new URL('./child.ts', import.meta.url));
}

/** Runs keytar where it can be killed: one call at a time, each with a deadline. */
export class KeychainChild {
  readonly #options: ChildOptions;
  #running: Running | undefined;
  readonly #queue = new Turns();
  #idleTimer: Timer | undefined;
  #calls = 0;
  #closed = false;

  constructor(options: ChildOptions) {
    this.#options = options;
  }

  /** Of the process that runs now. */
  get pid(): number | undefined {
    return this.#running?.process.pid;
  }

  call(call: KeychainCall): Promise<CallResult> {
    return this.#queue.take(() => this.#perform(call));
  }

  /** Ends the process; the next call starts a new one. For a D-Bus connection that is broken for good. */
  async restart(): Promise<void> {
    await this.#end({ kind: 'crashed', started: true });
  }

  /** Every call that waits, and every later one, answers `closed`. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#end({ kind: 'closed' });
    await this.#queue.over();
  }

  async #perform(call: KeychainCall): Promise<CallResult> {
    const first = await this.#attempt(call);
    // Every call may be repeated: it sets, gets or deletes one named value.
    return first.kind === 'crashed' && !this.#closed ? this.#attempt(call) : first;
  }

  async #attempt(call: KeychainCall): Promise<CallResult> {
    if (this.#closed) return { kind: 'closed' };
    this.#idleTimer?.cancel();
    this.#running ??= this.#start();
    const running = this.#running;
    const result = await this.#exchange(running, call);
    if (result.kind === 'stuck') {
      this.#options.logger.warn('the keychain did not answer in time', { operation: call.op, started: running.ready });
      await this.#end(result);
    }
    this.#rest();
    return result;
  }

  #exchange(running: Running, call: KeychainCall): Promise<CallResult> {
    const { clock, callDeadline = 5_000, startDeadline = 10_000 } = this.#options;
    this.#calls += 1;
    const id = this.#calls;
    keepAlive(running.process, true);
    return new Promise<CallResult>((resolve) => {
      let timer: Timer | undefined;
      running.awaited = id;
      running.settle = (result) => {
        running.settle = undefined;
        timer?.cancel();
        resolve(result);
      };
      const allow = (ms: number): void => {
        timer?.cancel();
        timer = clock.after(ms, () => running.settle?.({ kind: 'stuck' }));
      };
      const send = (): void => {
        allow(callDeadline);
        // A child that died meanwhile is told by its exit event.
        running.process.send(requestOf(id, call), () => undefined);
      };
      if (running.ready) return send();
      allow(startDeadline);
      running.onReady = send;
    });
  }

  #start(): Running {
    const { program, env, logger } = this.#options;
    const child = fork(program.file, [], {
      execPath: program.execPath,
      execArgv: [],
      env: keyringEnvironment(env),
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      cwd: '/',
    });
    const { promise: gone, resolve: markGone } = Promise.withResolvers<void>();
    const running: Running = {
      process: child,
      ready: false,
      settle: undefined,
      awaited: 0,
      onReady: undefined,
      gone,
    };
    const ended = (detail: string): void => {
      markGone();
      if (this.#running === running) {
        this.#running = undefined;
        logger.warn('the keychain child ended by itself', { detail });
      }
      running.settle?.({ kind: 'crashed', started: running.ready });
    };
    child.on('error', (error) => {
      // Failing to send is followed by an exit event; only a failed start is not.
      if (child.pid === undefined) ended(error.message);
    });
    child.on('exit', (code, signal) => ended(signal ?? `status ${code}`));
    child.on('message', (message) => receive(running, parseReply(message)));
    return running;
  }

  async #end(result: CallResult): Promise<void> {
    this.#idleTimer?.cancel();
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    running.settle?.(result);
    keepAlive(running.process, true);
    running.process.kill('SIGKILL');
    await running.gone;
  }

  #rest(): void {
    const { clock, idle = 30_000 } = this.#options;
    const running = this.#running;
    if (!running) return;
    keepAlive(running.process, false);
    this.#idleTimer?.cancel();
    this.#idleTimer = clock.after(idle, () => {
      if (this.#running === running && !running.settle) void this.#end({ kind: 'closed' });
    });
  }
}

function receive(running: Running, reply: ChildReply | undefined): void {
  if (!reply) return;
  if (reply.kind === 'ready') {
    running.ready = true;
    running.onReady?.();
    running.onReady = undefined;
  } else if (reply.id === running.awaited) {
    running.settle?.(resultOf(reply));
  }
}

function resultOf(reply: Exclude<ChildReply, { kind: 'ready' }>): CallResult {
  switch (reply.kind) {
    case 'value':
      return { kind: 'value', value: reply.value === null ? undefined : new Secret(reply.value) };
    case 'done':
      return { kind: 'done' };
    case 'refused':
      return { kind: 'refused', message: reply.message };
  }
}

function requestOf(id: number, call: KeychainCall): ChildRequest {
  return call.op === 'set'
    ? { id, op: call.op, account: call.account, value: call.value.reveal() }
    : { id, op: call.op, account: call.account };
}

/** A resting child must not keep a program running that has nothing else to do. */
function keepAlive(child: ChildProcess, keep: boolean): void {
  if (keep) {
    child.ref();
    child.channel?.ref();
  } else {
    child.unref();
    child.channel?.unref();
  }
}
