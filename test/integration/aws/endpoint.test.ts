import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseStartTime } from '../../../core/platform/process-identity.ts';
import { caller, type Laboratory, startLaboratory } from '../../support/broker.ts';
import { callBrokersHelper } from '../../support/brokers-helper.ts';
import { type StubSts, startStubSts } from '../../support/stub-sts.ts';

const role = 'arn:aws:iam::123456789012:role/Developer';

let lab: Laboratory;
let sts: StubSts;
/** The program the endpoint is for. */
let program: ChildProcess;

beforeEach(async () => {
  sts = await startStubSts({ roles: [role] });
  lab = await startLaboratory({
    server: { accessTokenTtl: 12 * 3_600 },
    more: `    aws: ['${role}']\n    aws_sts_endpoint: ${sts.url}\n`,
  });
  expect(await lab.signIn()).toMatchObject({ state: 'succeeded' });
  program = spawn('sleep', ['600'], { stdio: 'ignore' });
  await once(program, 'spawn');
});

afterEach(async () => {
  program.kill('SIGKILL');
  await lab.close();
  await sts.close();
});

async function exec() {
  const pid = program.pid ?? 0;
  const startTime = parseStartTime(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  const consumer = { ...caller.consumer, pid, startTime };
  const argv = ['exec', `--role=${role}`, '--way=endpoint', '--', 'aws', 's3', 'ls'];
  const answer = await callBrokersHelper(lab.broker, 'aws', argv, { ...caller, consumer });
  const { variables = {}, files = {} } = answer.next ?? {};
  return {
    ...answer,
    url: new URL(variables.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? 'http://nowhere.invalid'),
    authorization: files.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE?.reveal() ?? '',
  };
}

async function ask(url: URL, headers: Readonly<Record<string, string>>, method = 'GET') {
  const sent = request(url, { method, headers, agent: false }).end();
  const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
  return { status: response.statusCode, body: await text(response) };
}

describe('the endpoint', () => {
  it('is on loopback, and gives what a container asks for', async () => {
    const { status, next, url, authorization } = await exec();
    expect(status).toBe(0);
    expect(next).toMatchObject({ name: 'aws', argv: ['s3', 'ls'] });
    expect(url.hostname).toBe('127.0.0.1');
    expect(authorization).toMatch(/^[\w-]{43}$/);
    const answer = await ask(url, { authorization });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({
      AccessKeyId: expect.stringMatching(/^ASIA/),
      SecretAccessKey: expect.any(String),
      Token: expect.any(String),
      Expiration: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      AccountId: '123456789012',
      RoleArn: role,
    });
  });

  it('gives new keys when the old ones are near their end', async () => {
    const { url, authorization } = await exec();
    const key = async () => JSON.parse((await ask(url, { authorization })).body).AccessKeyId as string;
    const first = await key();
    expect(await key()).toBe(first);
    lab.clock.skip(45 * 60_000);
    expect(await key()).not.toBe(first);
  });

  it('says nothing to anybody else', async () => {
    const { url, authorization } = await exec();
    const other = await exec();
    const good = { authorization };
    const evil = 'http://evil.example';
    const answers = await Promise.all([
      ask(url, {}),
      ask(url, { authorization: '' }),
      ask(url, { authorization: `Bearer ${authorization}` }),
      ask(url, { authorization: other.authorization }),
      ask(url, { ...good, host: 'evil.example' }),
      ask(url, { ...good, host: `localhost:${url.port}` }),
      ask(url, { ...good, origin: evil }),
      ask(url, { ...good, referer: evil }),
      ask(url, good, 'POST'),
      ask(new URL('/', url), good),
      ask(new URL(`${url.pathname}/`, url), good),
      ask(new URL(`${url.pathname}?x`, url), good),
    ]);
    expect(answers).toEqual(answers.map(() => ({ status: 404, body: '{}' })));
    expect((await ask(url, good)).status).toBe(200);
  });

  it('ends with the program it was opened for', async () => {
    const { url, authorization } = await exec();
    program.kill('SIGKILL');
    await once(program, 'exit');
    expect(await ask(url, { authorization })).toEqual({ status: 404, body: '{}' });
  });

  it('refuses after a sign-out, and says why', async () => {
    const { url, authorization } = await exec();
    await lab.broker.logout('lab', { revoke: false });
    const { status, body } = await ask(url, { authorization });
    expect(status).toBe(403);
    expect(JSON.parse(body)).toEqual({
      code: 'login_required',
      message: 'keytray: lab needs a sign-in: keytray login lab',
    });
  });

  it('tells of trouble that passes', async () => {
    const { url, authorization } = await exec();
    lab.clock.skip(3_600_000);
    sts.troubles.push({ status: 503, body: 'busy' });
    expect((await ask(url, { authorization })).status).toBe(503);
    expect((await ask(url, { authorization })).status).toBe(200);
  });
});

it('is not opened without a sign-in, nor for a program that cannot be watched', async () => {
  const argv = ['exec', `--role=${role}`, '--way=endpoint', '--', 'aws'];
  expect(await callBrokersHelper(lab.broker, 'aws', argv)).toMatchObject({ status: 1, next: undefined });
  await lab.broker.logout('lab', { revoke: false });
  expect(await exec()).toMatchObject({
    status: 1,
    next: undefined,
    stderr: ['keytray: sign in to lab: keytray login lab'],
  });
});
