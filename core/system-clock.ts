import { readFileSync } from 'node:fs';
import os from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Clock, Timer } from './ports.ts';

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Elsewhere than Linux: ages are then judged by the wall clock alone.
    return '';
  }
}

export class SystemClock implements Clock {
  readonly bootId = readBootId();

  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  uptime(): number {
    return os.uptime();
  }

  after(ms: number, run: () => void): Timer {
    const timer = setTimeout(run, ms);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  }
}
