import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSessionBus } from '../../../core/platform/dbus/session-bus.ts';
import { SystemClock } from '../../../core/platform/system-clock.ts';
import type { Clock, Logger, Timer } from '../../../core/ports.ts';
import { KeychainChild, keychainChildFile } from '../../../core/stores/keychain/child-process.ts';
import { dbusProbe } from '../../../core/stores/keychain/dbus-probe.ts';
import { Journal } from '../../../core/stores/keychain/journal.ts';
import { KeychainStore } from '../../../core/stores/keychain/keychain-store.ts';
import type { LockedProbe } from '../../../core/stores/keychain/locked-probe.ts';
import type { ReadResult } from '../../../core/stores/secret-store.ts';

/** The system's clock, but timers of `held` milliseconds fire only when the test says so. */
export class HeldClock implements Clock {
  readonly #clock = new SystemClock();
  readonly #held: number;
  readonly #waiting = new Set<() => void>();
  readonly bootId = this.#clock.bootId;

  constructor(held: number) {
    this.#held = held;
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  uptime(): number {
    return this.#clock.uptime();
  }

  after(ms: number, run: () => void): Timer {
    if (ms !== this.#held) return this.#clock.after(ms, run);
    this.#waiting.add(run);
    return { cancel: () => this.#waiting.delete(run) };
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  release(): void {
    const due = [...this.#waiting];
    this.#waiting.clear();
    for (const run of due) run();
  }
}

export class MemoryLogger implements Logger {
  readonly lines: string[] = [];

  #add(level: string, message: string, fields: unknown): void {
    this.lines.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`);
  }

  debug(message: string, fields?: unknown): void {
    this.#add('debug', message, fields);
  }

  info(message: string, fields?: unknown): void {
    this.#add('info', message, fields);
  }

  warn(message: string, fields?: unknown): void {
    this.#add('warn', message, fields);
  }

  error(message: string, fields?: unknown): void {
    this.#add('error', message, fields);
  }
}

export interface OpenOptions {
  readonly clock?: Clock;
  readonly probe?: LockedProbe;
  readonly callDeadline?: number;
  readonly startDeadline?: number;
  /** Instead of the real child. */
  readonly file?: string;
}

export interface Opened {
  readonly store: KeychainStore;
  readonly child: KeychainChild;
  readonly logger: MemoryLogger;
  readonly journalFile: string;
}

/** The real probe, over a connection of its own. */
export function probeOver(env: NodeJS.ProcessEnv, clock: Clock): LockedProbe {
  const bus = openSessionBus(env, clock);
  const probe = dbusProbe(bus);
  return {
    ...probe,
    close: () => {
      probe.close();
      bus.close();
    },
  };
}

/** A store over a keyring's environment, with the parts a test looks at. */
export function openStore(env: Record<string, string>, options: OpenOptions = {}): Opened {
  const { clock = new SystemClock(), callDeadline, startDeadline, file = keychainChildFile() } = options;
  const probe = options.probe ?? probeOver(env, clock);
  const logger = new MemoryLogger();
  const journalFile = join(env.XDG_STATE_HOME ?? '', 'keytray', 'journal');
  const child = new KeychainChild({
    clock,
    logger,
    env,
    program: { execPath: process.execPath, file },
    ...(callDeadline === undefined ? {} : { callDeadline }),
    ...(startDeadline === undefined ? {} : { startDeadline }),
  });
  const store = new KeychainStore({ clock, logger, child, probe, journal: new Journal(journalFile) });
  return { store, child, logger, journalFile };
}

export const textOf = (result: ReadResult): string => (result.kind === 'found' ? result.value.reveal() : result.kind);

/** A small program that stands in for the keychain child. */
export const program = (name: string): string => fileURLToPath(new URL(`./programs/${name}`, import.meta.url));

/** Whether a process runs; a zombie does not. */
export async function alive(pid: number): Promise<boolean> {
  try {
    return !/^State:\s+[ZX]/m.test(await readFile(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
