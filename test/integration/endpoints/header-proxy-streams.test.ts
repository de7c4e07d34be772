import { once } from 'node:events';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { type ProxyScene, proxyScene } from '../../support/proxy-scene.ts';
import { block, streamBothWays } from '../../support/proxy-streams.ts';

const scenes: ProxyScene[] = [];
afterEach(async () => {
  await Promise.all(scenes.splice(0).map((scene) => scene.close()));
});

const size = 256 * 1024 * 1024;
/** Far below what is sent, far above what streaming needs. */
const mostMemory = 96 * 1024 * 1024;

it('passes what comes up and down on as it comes, and keeps none of it', { timeout: 300_000 }, async () => {
  const { up, down, scene } = await streamBothWays(size);
  scenes.push(scene);
  for (const drained of [up, down]) {
    expect(drained).toMatchObject({ bytes: size, wrong: 0 });
    expect(drained.memory).toBeLessThan(mostMemory);
  }
});

it('waits for a caller that does not read, and for a server that does not', async () => {
  let written = 0;
  let full = false;
  const serve = (incoming: IncomingMessage, response: ServerResponse): void => {
    if (incoming.method !== 'GET') return;
    const write = (): void => {
      while (written < size && response.write(block)) written += block.length;
      full = true;
    };
    response.on('drain', write);
    write();
  };
  const scene = await proxyScene({ serve });
  scenes.push(scene);
  const target = { host: '127.0.0.1', port: scene.port, path: `${scene.path}/`, agent: false } as const;
  const down = request(target).end();
  const [response] = (await once(down, 'response')) as [IncomingMessage];
  await settled(() => written);
  expect(full).toBe(true);
  expect(written).toBeLessThan(64 * 1024 * 1024);
  response.destroy();

  const up = request({ ...target, method: 'PUT' });
  up.on('error', () => undefined);
  let sent = 0;
  const write = (): void => {
    while (sent < size && up.write(block)) sent += block.length;
  };
  up.on('drain', write);
  write();
  await settled(() => sent);
  expect(sent).toBeLessThan(64 * 1024 * 1024);
  up.destroy();
});

/** Resolves when the number has stayed the same for a while. */
async function settled(read: () => number): Promise<void> {
  for (let last = -1, same = 0; same < 20; ) {
    await sleep(20);
    same = read() === last ? same + 1 : 0;
    last = read();
  }
}
