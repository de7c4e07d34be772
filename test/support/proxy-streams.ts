import { once } from 'node:events';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type ProxyScene, proxyScene } from './proxy-scene.ts';

const pattern = 'keytray!';
export const block = Buffer.alloc(256 * 1024, pattern);
function* blocks(size: number): Generator<Buffer> {
  for (let sent = 0; sent < size; sent += block.length) yield block;
}

export interface Drained {
  readonly bytes: number;
  /** Of bytes that are not what was sent. */
  readonly wrong: number;
  /** The most that was in use in this process meanwhile, beyond what was before: garbage may wait for long. */
  readonly memory: number;
}

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Bytes after a collection, buffers included. */
function inUse(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Bytes between two looks. */
const between = 32 * 1024 * 1024;

async function drain(from: AsyncIterable<Uint8Array>): Promise<Drained> {
  const before = inUse();
  let bytes = 0;
  let wrong = 0;
  let memory = 0;
  let next = between;
  for await (const chunk of from) {
    const at = bytes % pattern.length;
    if (!block.subarray(at, at + chunk.length).equals(chunk)) wrong += 1;
    bytes += chunk.length;
    if (bytes < next) continue;
    next += between;
    memory = Math.max(memory, inUse() - before);
  }
  return { bytes, wrong, memory };
}

/** Sends so many bytes up through a proxy, and as many down; `close` is the caller's to call. */
export async function streamBothWays(size: number): Promise<{ up: Drained; down: Drained; scene: ProxyScene }> {
  const serve = (incoming: IncomingMessage, response: ServerResponse): void => {
    if (incoming.method === 'GET') void pipeline(Readable.from(blocks(size)), response).catch(() => undefined);
    else void drain(incoming).then((seen) => response.end(JSON.stringify(seen)));
  };
  const scene = await proxyScene({ serve });
  const target = { host: '127.0.0.1', port: scene.port, path: `${scene.path}/`, agent: false } as const;

  const sending = request({ ...target, method: 'PUT' });
  const answered = once(sending, 'response') as Promise<[IncomingMessage]>;
  await pipeline(Readable.from(blocks(size)), sending);
  let said = '';
  for await (const chunk of (await answered)[0]) said += String(chunk);
  const up = JSON.parse(said) as Drained;

  const asking = request(target).end();
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  return { up, down: await drain(response), scene };
}
