import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../demo/authorization-server.ts';
import type { Child } from '../../demo/children.ts';
import { startProgram } from '../bench/bench-program.ts';
import { memoryOfTree } from '../bench/process-memory.ts';
import { createKeytray, type Keytray, repository } from '../support/keytray.ts';
import { measuredFlags, memoryAfterCollection } from '../support/measured-agent.ts';
import { pacedLoad } from '../support/paced-load.ts';
import { labConfig, signIn } from '../support/sign-in.ts';

const megabyte = 1_000_000;
let server: RunningAuthorizationServer;
let origin: Child;
let keytray: Keytray;
let proxy: ChildProcessByStdio<null, Readable, null>;

beforeAll(async () => {
  server = await startAuthorizationServer();
  origin = startProgram('http-origin', []);
  keytray = await createKeytray();
  const url = `    url: http://127.0.0.1:${await origin.firstLine()}\n`;
  await keytray.configure(labConfig({ issuer: server.issuer, more: url }));
  await keytray.startAgent();
  expect(await signIn(keytray, 'lab')).toMatchObject({ state: 'succeeded' });
  const args = [...measuredFlags, path.join(repository, 'out/lib/cli.js'), 'proxy', 'lab'];
  const stdio = ['ignore', 'pipe', 'inherit', 'ipc'] as const;
  proxy = spawn(process.execPath, args, {
    env: keytray.env,
    cwd: '/',
    stdio: [...stdio],
  }) as ChildProcess as typeof proxy;
});
afterAll(async () => {
  if (proxy?.exitCode === null && proxy.kill()) await once(proxy, 'exit');
  await keytray?.close();
  await origin?.stop();
  await server?.close();
});

it('serves 1,000 requests a second for a minute, and holds no more memory afterwards than when it was warm', async () => {
  const [line] = await once(createInterface(proxy.stdout), 'line');
  const { port, pathname } = new URL(String(line));
  const load = { port: Number(port), path: `${pathname}/`, connections: 16, rate: 1_000 };
  // What is garbage waits for its collection, longer where other programs keep the machine busy.
  const memory = async () => {
    const { live } = await memoryAfterCollection(proxy);
    return { live: live / megabyte, whole: memoryOfTree(proxy.pid ?? 0, 'Pss_Anon') / megabyte };
  };
  // What the engine compiles and keeps at hand is all there after some thousand requests.
  expect(await pacedLoad({ ...load, seconds: 15 })).toMatchObject({ others: [] });
  const warm = await memory();
  const { answered, others } = await pacedLoad({ ...load, seconds: 60 });
  const after = await memory();
  const words = ({ live, whole }: typeof warm): string => `${whole.toFixed(1)} MB (${live.toFixed(1)} in use)`;
  process.stdout.write(`proxy: ${answered} requests, ${words(warm)} warm, ${words(after)} after\n`);
  expect(others).toEqual([]);
  // A load of a few requests shows nothing; how many it is depends on the machine.
  expect(answered).toBeGreaterThan(5_000);
  expect(after.live - warm.live).toBeLessThanOrEqual(1);
  expect(after.whole - warm.whole).toBeLessThanOrEqual(10);
});
