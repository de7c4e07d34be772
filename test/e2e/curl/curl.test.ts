import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { curlHelper } from '../../../core/helpers/curl/curl.ts';
import { basic, bearer, type EchoServer, startEchoServer } from '../../support/echo-server.ts';
import { FakeHelperBroker, fakeAccount } from '../../support/fake-helper-broker.ts';
import { callHelper } from '../../support/helper-call.ts';
import { program } from '../../support/keytray.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { type SignedIn, startSignedIn } from '../../support/signed-in.ts';

describe('curl and wget', () => {
  let api: EchoServer;
  let six: EchoServer;
  let elsewhere: EchoServer;
  let lab: SignedIn;

  beforeAll(async () => {
    elsewhere = await startEchoServer((_, response) => response.end('elsewhere'), { host: '127.0.0.2' });
    api = await startEchoServer((request, response) => {
      if (request.url === '/away') response.writeHead(302, { location: elsewhere.url });
      response.end('here');
    });
    six = await startEchoServer((_, response) => response.end('here'), { host: '::1' });
    lab = await startSignedIn([`curl: ["${api.host}", "${six.host}", 127.0.0.3]`]);
  });

  afterAll(async () => {
    await lab?.close();
    for (const server of [api, six, elsewhere]) await server?.close();
  });

  const bash = (script: string) => lab.run('bash', ['-c', `set -o pipefail; ${script}`]);
  const helper = `${program('keytray')} helper curl`;
  const last = (server: EchoServer) => server.requests.at(-1)?.authorization;

  it.each([
    ['a config on stdin', (url: string) => `${helper} config ${url} | curl -sS -K - ${url}`],
    ['a config on a pipe', (url: string) => `curl -sS -K <(${helper} config ${url}) ${url}`],
    ['a header on stdin', (url: string) => `${helper} header ${url} | curl -sS -H @- ${url}`],
    ['a header on a pipe', (url: string) => `curl -sS -H @<(${helper} header ${url}) ${url}`],
  ])('curl takes %s', async (_, script) => {
    for (const server of [api, six]) {
      const url = `'${server.url}/v1/things?q=1'`;
      expect(await bash(script(url))).toEqual({ status: 0, stdout: 'here', stderr: '' });
      expect(last(server)).toBe(bearer(await lab.token()));
    }
  });

  it('curl takes a netrc file on a pipe', async () => {
    for (const server of [api, six]) {
      const script = `curl -sS --netrc-file <(${helper} netrc '${server.url}/') '${server.url}/'`;
      expect(await bash(script)).toEqual({ status: 0, stdout: 'here', stderr: '' });
      expect(last(server)).toBe(basic('oauth2', await lab.token()));
    }
  });

  it.each([
    ['config', '-K '],
    ['header', '-H @'],
    ['netrc', '--netrc-file '],
  ])('does not take the token along to another host (%s)', async (operation, option) => {
    const url = `${api.url}/away`;
    expect(await bash(`curl -sSL ${option}<(${helper} ${operation} ${url}) ${url}`)).toMatchObject({
      status: 0,
      stdout: 'elsewhere',
    });
    expect(last(api)).toContain(' ');
    expect(last(elsewhere)).toBeUndefined();
  });

  it('sends nothing where a URL is not listed', async () => {
    const { status, stdout, stderr } = await bash(`${helper} config ${elsewhere.url}`);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toBe(`keytray: no account lists ${elsewhere.host} under curl: in its configuration\n`);
  });

  it('writes tokens so that curl reads them back', async () => {
    const token = `!"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~`;
    const broker = new FakeHelperBroker([fakeAccount('lab', [api.host], { token })]);
    const { stdout } = await callHelper(curlHelper, 'config', '', broker, { argv: ['config', api.url] });
    expect(await lab.run('curl', ['-sS', '-K', '-', api.url], { input: stdout })).toMatchObject({ status: 0 });
    expect(last(api)).toBe(bearer(token));
  });

  it('becomes wget, which sends the token to the listed host alone', async () => {
    const wget = (url: string) => bash(`${helper} wget ${url} -- -q -O -`);
    expect(await wget(`${api.url}/v1`)).toEqual({ status: 0, stdout: 'here', stderr: '' });
    expect(last(api)).toBe(bearer(await lab.token()));
    const before = elsewhere.requests.length;
    expect((await wget(`${api.url}/away`)).status).not.toBe(0);
    expect(elsewhere.requests.length).toBe(before);
  });

  // wget names no port when it asks, so that it can be helped at the usual one alone.
  needsRoot('wget asks askpass-keytray', async () => {
    const server = await startEchoServer(
      (request, response) => {
        if (request.headers.authorization === undefined)
          response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' });
        response.end('here');
      },
      { host: '127.0.0.3', port: 80 },
    );
    try {
      const wget = ['-q', '-O', '-', `--use-askpass=${program('askpass-keytray')}`, 'http://127.0.0.3/'];
      expect(await lab.run('wget', wget)).toMatchObject({ status: 0, stdout: 'here' });
      expect(last(server)).toBe(basic('oauth2', await lab.token()));
    } finally {
      await server.close();
    }
  });
});
