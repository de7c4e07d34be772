import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../demo/authorization-server.ts';
import { type Child, startChild } from '../../demo/children.ts';
import { startProgram } from '../bench/bench-program.ts';
import { memoryOfTree } from '../bench/process-memory.ts';
import { createKeytray, type Keytray, program } from '../support/keytray.ts';
import { pacedLoad } from '../support/paced-load.ts';
import { labConfig, signIn } from '../support/sign-in.ts';

const megabyte = 1_000_000;
let server: RunningAuthorizationServer;
let origin: Child;
let keytray: Keytray;
let proxy: Child;

beforeAll(async () => {
  server = await startAuthorizationServer();
  origin = startProgram('http-origin', []);
  keytray = await createKeytray();
  const url = `    url: http://127.0.0.1:${await origin.firstLine()}\n`;
  await keytray.configure(labConfig({ issuer: server.issuer, more: url }));
  await keytray.startAgent();
  expect(await signIn(keytray, 'lab')).toMatchObject({ state: 'succeeded' });
  proxy = startChild(program('keytray'), ['proxy', 'lab'], { env: keytray.env, cwd: '/' });
});
afterAll(async () => {
  await proxy?.stop();
  await keytray?.close();
  await origin?.stop();
  await server?.close();
});

it('serves 1,000 requests a second for a minute, and holds no more memory afterwards than when it was warm', async () => {
  const { port, pathname } = new URL(await proxy.firstLine());
  const load = { port: Number(port), path: `${pathname}/`, connections: 16, rate: 1_000 };
  const memory = (): number => memoryOfTree(proxy.pid ?? 0, 'Pss_Anon') / megabyte;
  // What the engine compiles and keeps at hand is all there after some thousand requests.
  expect(await pacedLoad({ ...load, seconds: 15 })).toMatchObject({ others: [] });
  const warm = memory();
  const { answered, others } = await pacedLoad({ ...load, seconds: 60 });
  const after = memory();
  process.stdout.write(`proxy: ${answered} requests, ${warm.toFixed(1)} MB warm, ${after.toFixed(1)} MB after\n`);
  expect(others).toEqual([]);
  // A load of a few requests shows nothing; how many it is depends on the machine.
  expect(answered).toBeGreaterThan(5_000);
  expect(after - warm).toBeLessThanOrEqual(10);
});
