import { Worker } from 'node:worker_threads';

/** Milliseconds without a new input: only a loop without end takes so long. */
const patience = 30_000;

export interface Watchdog {
  alive(protocol: string, index: number): void;
  close(): Promise<void>;
}

/**
 * A parser that never returns stops timers too, so another thread looks on: it names the input on standard error and
 * ends the process.
 */
export function startWatchdog(): Watchdog {
  const shared = new SharedArrayBuffer(8 + 64);
  const beats = new Int32Array(shared, 0, 2);
  const name = new Uint8Array(shared, 8);
  const worker = new Worker(
    `const { workerData: { shared, patience } } = require('node:worker_threads');
     const beats = new Int32Array(shared, 0, 2);
     let last = -1;
     setInterval(() => {
       if (beats[0] !== last) { last = beats[0]; return; }
       const name = Buffer.from(new Uint8Array(shared, 8)).toString().replace(/\\0+$/, '');
       require('node:fs').writeSync(2, name + ': input ' + beats[1] + ' never ends\\n');
       process.kill(process.pid, 'SIGKILL');
     }, patience);`,
    { eval: true, workerData: { shared, patience } },
  );
  worker.unref();
  return {
    alive(protocol, index) {
      if (index === 0) {
        name.fill(0);
        new TextEncoder().encodeInto(protocol, name);
      }
      beats[1] = index;
      beats[0] = ((beats[0] ?? 0) + 1) | 0;
    },
    close: async () => void (await worker.terminate()),
  };
}
