import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseStartTime } from '../../../core/platform/process-identity.ts';
import { caller, type Laboratory, startLaboratory } from '../../support/broker.ts';

let lab: Laboratory;
/** The program the endpoint is for. */
let program: ChildProcess;

beforeEach(async () => {
  lab = await startLaboratory({ more: '    audience: https://api.lab.example\n' });
  expect(await lab.signIn()).toMatchObject({ state: 'succeeded' });
  program = spawn('sleep', ['600'], { stdio: 'ignore' });
  await once(program, 'spawn');
});

afterEach(async () => {
  program.kill('SIGKILL');
  await lab.close();
});

async function open() {
  const pid = program.pid ?? 0;
  const startTime = parseStartTime(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  return await lab.broker.openEndpoint(
    'lab',
    { kind: 'auth0' },
    { ...caller, consumer: { ...caller.consumer, pid, startTime } },
  );
}

async function ask(url: string, audience = 'https://api.lab.example') {
  const headers = { 'content-type': 'application/json' };
  const sent = request(url, { method: 'POST', headers, agent: false });
  sent.end(JSON.stringify({ grant_type: 'client_credentials', client_id: 'x', client_secret: 'y', audience }));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode, body: JSON.parse(await text(response)) as Record<string, unknown> };
}

describe('an endpoint that the broker holds', () => {
  it('gives the token of the account to the clients of a program, and to no other audience', async () => {
    const { url, account, endpoint } = await open();
    expect({ account, ends: url.endsWith(endpoint) }).toEqual({ account: 'lab', ends: true });
    const answer = await ask(url);
    expect(answer).toMatchObject({ status: 200, body: { token_type: expect.stringMatching(/^bearer$/i) } });
    const held = await lab.broker.token('lab', {}, caller);
    expect(answer.body.access_token).toBe(held.access_token);
    expect(await ask(url, 'another')).toMatchObject({ status: 403, body: { error: 'access_denied' } });
  });

  it('ends with its program, with its account’s sign-in, and when it is told to', async () => {
    const first = await open();
    const second = await open();
    await expect(lab.broker.closeEndpoint('lab', 'another')).rejects.toMatchObject({ code: 'not_found' });
    await lab.broker.closeEndpoint('lab', first.endpoint);
    await expect(lab.broker.closeEndpoint('lab', first.endpoint)).rejects.toMatchObject({ code: 'not_found' });
    expect(await ask(first.url)).toEqual({ status: 404, body: {} });
    expect(await ask(second.url)).toMatchObject({ status: 200 });
    await lab.broker.logout('lab', { revoke: false });
    expect(await ask(second.url)).toMatchObject({ status: 403, body: { error: 'login_required' } });
    program.kill('SIGKILL');
    await once(program, 'exit');
    expect(await ask(second.url)).toEqual({ status: 404, body: {} });
  });

  it('is not opened for a caller that has gone, nor for what the account is not', async () => {
    const gone = { ...caller, consumer: { ...caller.consumer, startTime: undefined } };
    await expect(lab.broker.openEndpoint('lab', { kind: 'auth0' }, gone)).rejects.toMatchObject({
      code: 'invalid_request',
    });
    await expect(lab.broker.openEndpoint('lab', { kind: 'databricks' }, caller)).rejects.toMatchObject({
      code: 'invalid_request',
      message: 'lab is not an account of Databricks',
    });
    await expect(lab.broker.openEndpoint('none', { kind: 'auth0' }, caller)).rejects.toMatchObject({
      code: 'unknown_account',
    });
  });
});
