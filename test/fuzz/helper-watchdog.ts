import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Milliseconds on one input: only a loop without end takes so long. */
const longEnough = 30_000;

export interface Watchdog {
  /** From now on this input is under way. */
  alive(protocol: string, index: number): void;
  /** None is. */
  rest(): void;
  close(): Promise<void>;
}

const script = `
const { workerData: { shared, patience } } = require('node:worker_threads');
const beats = new Int32Array(shared, 0, 2);
let last = 0;
setInterval(() => {
  const beat = beats[0];
  if (beat === 0 || beat !== last) { last = beat; return; }
  const name = Buffer.from(new Uint8Array(shared, 8)).toString().replace(/\\0+$/, '');
  require('node:fs').writeSync(2, name + ': input ' + beats[1] + ' never ends\\n');
  process.kill(process.pid, 'SIGKILL');
}, patience);
`;

/**
 * A parser that never returns stops timers too, so another thread looks on: it names the input on standard error and
 * ends the process.
 */
export async function startWatchdog(patience = longEnough): Promise<Watchdog> {
  const shared = new SharedArrayBuffer(8 + 64);
  const beats = new Int32Array(shared, 0, 2);
  const name = new Uint8Array(shared, 8);
  const worker = new Worker(script, { eval: true, execArgv: [], workerData: { shared, patience } });
  await once(worker, 'online');
  worker.unref();
  let beat = 0;
  return {
    alive(protocol, index) {
      name.fill(0);
      new TextEncoder().encodeInto(protocol, name);
      beats[1] = index;
      beat = (beat % 1_000_000_000) + 1;
      beats[0] = beat;
    },
    rest() {
      beats[0] = 0;
    },
    close: async () => void (await worker.terminate()),
  };
}
