import { expect, it } from 'vitest';
import { streamBothWays } from '../support/proxy-streams.ts';

const gibibyte = 1024 ** 3;

it('passes 1 GiB up and 1 GiB down through the proxy in the memory of a few MiB', async () => {
  const { up, down, scene } = await streamBothWays(gibibyte);
  await scene.close();
  for (const drained of [up, down]) {
    expect(drained).toMatchObject({ bytes: gibibyte, wrong: 0 });
    expect(drained.memory).toBeLessThan(192 * 1024 * 1024);
  }
});
