import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { KeytrayError } from '../../../core/errors.ts';
import type { TokenView } from '../../../core/wire/schemas.ts';
import { row } from '../../rows/row.ts';
import { startBrokerSocket } from '../../support/broker-socket.ts';
import { CliSandbox } from '../../support/cli-process.ts';
import { accountView, FakeBroker } from '../../support/fake-broker.ts';

const token = 'the-token-of-lab';

/** A server that tells what it was sent, an account whose `url` it is, and the command line beside a broker. */
async function lab(more = '') {
  const server = createServer((incoming, response) => {
    const { method, url, headers } = incoming;
    response.end(JSON.stringify({ method, url, authorization: headers.authorization }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const broker = new FakeBroker([accountView('lab')]);
  const view: TokenView = { access_token: token, token_type: 'Bearer', account: 'lab' };
  broker.tokens.set('lab', () => view);
  const socket = await startBrokerSocket(broker);
  const url = more === '' ? `    url: http://127.0.0.1:${port}/api\n` : more;
  const config = `accounts:\n  lab:\n    service: oidc\n    issuer: https://login.lab.example\n    client_id: keytray\n${url}`;
  const sandbox = await CliSandbox.create({ socketPath: socket.socketPath, config });
  return {
    broker,
    sandbox,
    async [Symbol.asyncDispose]() {
      await sandbox[Symbol.asyncDispose]();
      await socket[Symbol.asyncDispose]();
      server.closeAllConnections();
      server.close();
    },
  };
}

async function ask(address: string, path: string, headers: Readonly<Record<string, string>> = {}) {
  const sent = request(`${address}${path}`, { headers, agent: false }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode, body: JSON.parse(await text(response)) as unknown };
}

const addressOf = (printed: string): string => /^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}$/m.exec(printed)?.[0] ?? '';

describe('keytray proxy', () => {
  it('prints its address, adds the token of the moment, and ends at Ctrl-C', async () => {
    await using setting = await lab();
    const running = setting.sandbox.start(['proxy', 'lab', '--allow', 'GET /v1/*']);
    const printed = await running.said('\n');
    const address = addressOf(printed);
    expect(printed).toBe(`${address}\n`);
    const authorization = `Bearer ${token}`;
    expect(await ask(address, '/v1/x')).toEqual({
      status: 200,
      body: { method: 'GET', url: '/api/v1/x', authorization },
    });
    expect(await ask(address, '/v2/x')).toMatchObject({ status: 403 });
    setting.broker.tokens.set('lab', () => ({ access_token: 'renewed', token_type: 'Bearer', account: 'lab' }));
    expect(await ask(address, '/v1/x')).toMatchObject({ body: { authorization: 'Bearer renewed' } });
    setting.broker.failures.set('token', new KeytrayError('login_required', 'lab needs a sign-in', { account: 'lab' }));
    expect(await ask(address, '/v1/x')).toMatchObject({ status: 403, body: { error: 'login_required' } });
    running.child.kill('SIGINT');
    expect(await running.ended).toMatchObject({ status: 130, stderr: '' });
    await expect(ask(address, '/v1/x')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('serves a program, and ends with it, and the program never has the token', async () => {
    row('G13');
    await using setting = await lab();
    const script = `
      const out = (await (await fetch(process.env.KEYTRAY_PROXY_URL + '/v1/x')).json()).url;
      const { readFileSync } = await import('node:fs');
      console.log(JSON.stringify({ out, address: process.env.KEYTRAY_PROXY_URL, no: [process.env.NO_PROXY, process.env.no_proxy],
        environment: readFileSync('/proc/self/environ', 'latin1'), parent: readFileSync('/proc/' + process.ppid + '/cmdline', 'latin1') }));
      process.exit(7);`;
    const env = { NO_PROXY: 'lab.example', HTTP_PROXY: 'http://127.0.0.1:1' };
    const ran = await setting.sandbox.run(
      ['proxy', 'lab', '--', process.execPath, '--input-type=module', '-e', script],
      { env },
    );
    expect(ran).toMatchObject({ status: 7, stderr: '' });
    const said = JSON.parse(ran.stdout) as { address: string; no: string[]; environment: string; parent: string };
    expect(said).toMatchObject({ out: '/api/v1/x', no: ['lab.example,127.0.0.1', '127.0.0.1'] });
    expect(said.environment).not.toContain(token);
    expect(said.parent).not.toContain(new URL(said.address).pathname.slice(1));
    await expect(ask(said.address, '/v1/x')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('listens where it is told to', async () => {
    await using setting = await lab();
    const path = join(setting.sandbox.home, 'lab.sock');
    const running = setting.sandbox.start(['proxy', 'lab', '--listen', path]);
    const address = (await running.said('\n')).trim();
    const secret = address.slice(address.lastIndexOf('/') + 1);
    const sent = request({ socketPath: path, path: `/${secret}/x`, agent: false }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    expect(JSON.parse(await text(response))).toMatchObject({ url: '/api/x' });
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ status: 143 });
    expect(() => readFileSync(path)).toThrow(/ENOENT/);
  });

  it('says at once what is wrong', async () => {
    await using setting = await lab();
    const run = (...args: string[]) => setting.sandbox.run(['proxy', ...args]);
    expect(await run('lab', '--listen', 'eighty')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('not a port or an absolute path: eighty'),
    });
    expect(await run('lab', '--allow', 'everything')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('not a rule for --allow: "everything"'),
    });
    expect(await run('nobody')).toMatchObject({ status: 8 });
    setting.broker.failures.set('token', new KeytrayError('login_required', 'lab needs a sign-in', { account: 'lab' }));
    expect(await run('lab', '--', 'true')).toMatchObject({ status: 4, stdout: '' });
  });

  it.each([['no address', '    username: x\n', 'lab has no url to send requests to']])(
    'serves no account with %s',
    async (_what, more, message) => {
      await using setting = await lab(more);
      expect(await setting.sandbox.run(['proxy', 'lab'])).toMatchObject({
        status: 2,
        stderr: expect.stringContaining(message),
      });
    },
  );
});
