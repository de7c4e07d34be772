import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BarrierName } from '../../../core/ports.ts';
import { type BarrierAgent, startBarrierAgent } from '../../support/barrier-scene.ts';
import { layCheapFile } from '../../support/cheap-file.ts';
import { createKeytray, type Keytray } from '../../support/keytray.ts';

const passphrase = 'correct horse battery staple';
const lifetime = 3_600;

/** Grants whose token the same request brings again: each request is counted, and many are billed. */
const renewed = ['client', 'exchange', 'identity'] as const;
type Renewed = (typeof renewed)[number];

let folder: string;
let server: Server;
let keytray: Keytray;
let agent: BarrierAgent | undefined;
/** The tokens the server has given, by account. */
let given: Record<Renewed, string[]>;

/** One server for all three: each request shows whose it is. */
function answer(url: string, body: string): object {
  const id = url === '/token' ? (body.includes('subject_token=') ? 'exchange' : 'client') : 'identity';
  const token = `${id}-token-${given[id].length + 1}`;
  given[id].push(token);
  const end = Math.floor(Date.now() / 1_000) + lifetime;
  if (id === 'identity') return { data: { attributes: { access_token: token, expires: String(end) } } };
  const type = 'urn:ietf:params:oauth:token-type:access_token';
  const reply = { access_token: token, token_type: 'Bearer', expires_in: lifetime };
  return id === 'exchange' ? { ...reply, issued_token_type: type } : reply;
}

async function listen(): Promise<string> {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request.setEncoding('utf8')) body += part;
    const posted = request.method === 'POST';
    response.writeHead(posted ? 200 : 404, { 'content-type': 'application/json' });
    response.end(posted ? JSON.stringify(answer(request.url ?? '', body)) : '{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
}

beforeEach(async () => {
  given = { client: [], exchange: [], identity: [] };
  const url = await listen();
  folder = await mkdtemp(path.join(tmpdir(), 'keytray-passphrase-'));
  const file = path.join(folder, 'passphrase');
  await writeFile(file, `${passphrase}\n`, { mode: 0o600 });
  const aws = { AWS_ACCESS_KEY_ID: 'ASIALAB', AWS_SECRET_ACCESS_KEY: 'aws-secret', AWS_SESSION_TOKEN: 'aws-session' };
  keytray = await createKeytray({ KEYTRAY_PASSPHRASE_FILE: file, ...aws });
  await layCheapFile(path.join(keytray.folder, 'state', 'keytray'), passphrase);
  const kept = 'store: encrypted-file';
  const endpoints = `authorization_endpoint: '${url}/authorize', token_endpoint: '${url}/token'`;
  const identity = `url: '${url}', settings: { org_uuid: lab }, aws_credentials: { env: true }`;
  await keytray.configure(`accounts:
  client: { service: oauth, grant: client_credentials, client_id: client, ${endpoints}, ${kept} }
  exchange: { service: oauth, grant: token_exchange, subject_account: client, client_id: exchange, ${endpoints}, ${kept} }
  identity: { service: datadog, ${identity}, ${kept} }
  key: { service: oauth, grant: api_key, ${kept} }
`);
});
afterEach(async () => {
  await agent?.kill();
  await keytray.close();
  server.close();
  await rm(folder, { recursive: true });
});

/** An agent that stops for ever at `barrier`, which it reaches in `act`, and is killed there. */
async function dieAt(barrier: BarrierName, act: () => Promise<unknown>): Promise<void> {
  const running = await startBarrierAgent(barrier, keytray.env);
  agent = running;
  const call = act().then(
    () => 'answered',
    () => 'cut off',
  );
  await Promise.race([running.reached(barrier), call.then(() => running.lastWords())]);
  await running.kill();
  expect(await call).toBe('cut off');
  expect(running.passed.at(-1)).toBe(barrier);
}

async function give(account: string, fields: Readonly<Record<string, string>>): Promise<unknown> {
  const login = await keytray.api.startLogin(account, { user_agent: 'browser' });
  return await keytray.api.finishLogin(login.login_id, { fields });
}
const giveSecret = (): Promise<unknown> => give('client', { client_secret: 'lab-secret' });
const giveKey = (): Promise<unknown> => give('key', { api_key: 'lab-key' });
const stateOf = async (account: string) => (await keytray.api.account(account)).state;
const tokenOf = async (account: string) => (await keytray.api.token(account, {})).access_token;
const asked = () => renewed.map((id) => given[id].length);

it('what a person gives is stored whole or not at all, a secret with the token that it was tried for', async () => {
  await dieAt('sealed_temp_written', giveSecret);
  await dieAt('sealed_temp_written', async () => {
    expect(await stateOf('client')).toBe('signed_out');
    await giveKey();
  });
  await dieAt('sealed_renamed', async () => {
    expect(await stateOf('key')).toBe('signed_out');
    await giveSecret();
  });
  await dieAt('sealed_renamed', giveKey);
  await keytray.startAgent();
  expect(await tokenOf('key')).toBe('lab-key');
  expect(await tokenOf('client')).toBe(given.client[1]);
  // The token of the try: none was asked for after the two.
  expect(asked()).toEqual([2, 0, 0]);
  // The secret is there too.
  expect(await keytray.api.token('client', { force: true })).toMatchObject({ access_token: given.client[2] });
});

it('a reply that no store has seen is asked for once more, and takes nothing from what was stored before', async () => {
  await keytray.startAgent();
  await giveSecret();
  await keytray.stopAgent();
  await dieAt('reply_received', () => keytray.api.token('client', { force: true }));
  for (const account of ['exchange', 'identity']) await dieAt('reply_received', () => keytray.api.token(account, {}));
  expect(asked()).toEqual([2, 1, 1]);
  await keytray.startAgent();
  expect(await tokenOf('client')).toBe(given.client[0]);
  expect(await tokenOf('exchange')).toBe(given.exchange[1]);
  expect(await tokenOf('identity')).toBe(given.identity[1]);
  expect(asked()).toEqual([2, 2, 2]);
});

it('a token that was stored is not asked for again after the death of the broker', async () => {
  await keytray.startAgent();
  await giveSecret();
  await keytray.stopAgent();
  await dieAt('store_confirmed', () => keytray.api.token('client', { force: true }));
  for (const account of ['exchange', 'identity']) await dieAt('store_confirmed', () => keytray.api.token(account, {}));
  expect(asked()).toEqual([2, 1, 1]);
  await keytray.startAgent();
  for (const id of renewed) expect(await tokenOf(id)).toBe(given[id].at(-1));
  expect(asked()).toEqual([2, 1, 1]);
});
