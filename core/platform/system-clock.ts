import { readFileSync } from 'node:fs';
import os from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Clock, Timer } from '../ports.ts';

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Elsewhere than Linux: ages are then judged by the wall clock alone.
    return '';
  }
}

// Milliseconds for which the boot clock is reckoned from the monotonic one: asking for it costs a file, 0.05 ms of a
// call's whole millisecond.
const reckonedFor = 60_000;
// A sleep shows in the wall clock, which goes on while the monotonic one stands still. Milliseconds.
const drift = 500;

interface Reading {
  readonly uptime: number;
  readonly monotonic: number;
  readonly wall: number;
}

/** Where the three clocks come from; a test brings its own. */
export interface ClockSources {
  now(): number;
  monotonic(): number;
  uptime(): number;
}

const system: ClockSources = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  uptime: () => os.uptime(),
};

export class SystemClock implements Clock {
  readonly bootId = readBootId();
  readonly #sources: ClockSources;
  #read: Reading | undefined;

  constructor(sources: ClockSources = system) {
    this.#sources = sources;
  }

  now(): number {
    return this.#sources.now();
  }

  monotonic(): number {
    return this.#sources.monotonic();
  }

  uptime(): number {
    const monotonic = this.monotonic();
    const wall = this.now();
    const since = this.#read === undefined ? reckonedFor : monotonic - this.#read.monotonic;
    if (this.#read !== undefined && since < reckonedFor && Math.abs(wall - this.#read.wall - since) < drift) {
      return this.#read.uptime + since / 1_000;
    }
    this.#read = { uptime: this.#sources.uptime(), monotonic, wall };
    return this.#read.uptime;
  }

  after(ms: number, run: () => void): Timer {
    const timer = setTimeout(run, ms);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  }
}
