import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

export interface PacedLoad {
  readonly port: number;
  readonly path: string;
  /** Kept alive. */
  readonly connections: number;
  /** Requests a second, where the server keeps up; a connection that is behind sends its next one at once. */
  readonly rate: number;
  readonly seconds: number;
}

export interface LoadOutcome {
  readonly answered: number;
  /** Statuses other than 200, each as often as it came. */
  readonly others: readonly number[];
}

/** GET again and again at an even pace. */
export async function pacedLoad({ port, path, connections, rate, seconds }: PacedLoad): Promise<LoadOutcome> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const others: number[] = [];
  let answered = 0;
  const start = performance.now();
  const total = rate * seconds;
  let sent = 0;
  const oneConnection = async (): Promise<void> => {
    for (;;) {
      const due = start + (1_000 * sent) / rate;
      // Bounded in time as well: a slow machine sends fewer.
      if (sent >= total || performance.now() > start + 1_000 * seconds) return;
      sent += 1;
      const early = due - performance.now();
      if (early > 1) await sleep(early);
      const [response] = (await once(request({ host: '127.0.0.1', port, path, agent }).end(), 'response')) as [
        IncomingMessage,
      ];
      await once(response.resume(), 'end');
      if (response.statusCode === 200) answered += 1;
      else others.push(response.statusCode ?? 0);
    }
  };
  await Promise.all(Array.from({ length: connections }, oneConnection));
  agent.destroy();
  return { answered, others };
}
