import { Server } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import koffi from 'koffi';
import type { Memory, ProbeRequest } from '../measured-agent.ts';

/** Loaded into an agent (`--import`, with `--expose-gc`): says what is left after collections, and leaks where asked to. */

const kept: unknown[] = [];
const libc = koffi.load('libc.so.6');
const malloc = libc.func('void *malloc(size_t size)');
const memset = libc.func('void *memset(void *at, int byte, size_t size)');

async function collect(): Promise<Memory> {
  // What one collection frees may hold what only the next can.
  for (let time = 0; time < 3; time += 1) {
    globalThis.gc?.();
    await turn();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { live: heapUsed + external, resident: rss };
}

function leak(kind: 'heap' | 'native', bytes: number): void {
  if (kind === 'heap') kept.push(new Array(bytes / 8).fill(0));
  else memset(malloc(bytes), 1, bytes);
}

process.on('message', (request: ProbeRequest) => {
  if (request.kind === 'collect') {
    void collect().then((memory) => process.send?.(memory));
    return;
  }
  const { emit } = Server.prototype;
  Reflect.set(Server.prototype, 'emit', function (this: Server, name: string, ...rest: unknown[]) {
    if (name === 'connection') leak(request.of, request.bytes);
    return Reflect.apply(emit, this, [name, ...rest]);
  });
});
process.channel?.unref();
