import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createSecureProxy } from 'node:https';
import { connect, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NodeHttp } from '../../../core/http/node-http.ts';
import {
  authority,
  codeOf,
  type Listening,
  listening,
  type SecureServer,
  serverCertificate,
  startSecureServer,
} from './secure-server.ts';

const trusting = { ca: authority, verify: true };
const login = 'https://login.lab.example/';

/** A proxy that sends every name to the one server we have, and remembers what it was asked for. */
interface Proxy extends Listening {
  readonly asked: readonly { readonly target: string; readonly authorization: string | undefined }[];
  /** Resolves when the first tunnel has ended. */
  readonly tunnelEnded: Promise<void>;
}

interface ProxyOptions {
  readonly secure?: boolean;
  /** What it says to CONNECT; a 200 opens a tunnel, undefined says nothing. */
  readonly answer?: string | undefined;
}

let secure: SecureServer;

async function startProxy({ secure: overTls = false, ...options }: ProxyOptions = {}): Promise<Proxy> {
  const answer = 'answer' in options ? options.answer : 'HTTP/1.1 200 OK\r\n\r\n';
  const asked: { target: string; authorization: string | undefined }[] = [];
  const ended = Promise.withResolvers<void>();
  const proxy = overTls ? createSecureProxy(serverCertificate()) : createServer();
  proxy.on('connect', (request: IncomingMessage, socket: Duplex) => {
    asked.push({ target: request.url ?? '', authorization: request.headers['proxy-authorization'] });
    socket.on('error', () => undefined).once('end', () => socket.end());
    socket.once('close', ended.resolve);
    if (!answer?.includes(' 200 ')) return answer === undefined ? socket.resume() : socket.end(answer);
    const upstream = connect(secure.port, '127.0.0.1', () => {
      socket.write(answer);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => undefined).once('close', () => socket.destroy());
    socket.once('close', () => upstream.destroy());
  });
  return { ...(await listening(proxy)), asked, tunnelEnded: ended.promise };
}

beforeAll(async () => {
  secure = await startSecureServer();
});
afterAll(() => secure.close());

const answerThrough = async (proxyUrl: string, url = login): Promise<string> => {
  const http = new NodeHttp({ variables: { HTTPS_PROXY: proxyUrl } });
  return await (await http.fetchFor(trusting)(url)).text();
};

describe('a proxy', () => {
  let proxy: Proxy;
  afterEach(() => proxy.close());

  it('opens the tunnel, and the certificate is checked through it', async () => {
    proxy = await startProxy();
    const url = `http://127.0.0.1:${proxy.port}`;
    expect(await answerThrough(url)).toBe('hello login.lab.example');
    expect(await codeOf(answerThrough(url, 'https://other.lab.example:8443/'))).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(proxy.asked).toEqual([
      { target: 'login.lab.example:443', authorization: undefined },
      { target: 'other.lab.example:8443', authorization: undefined },
    ]);
    await proxy.tunnelEnded;
  });

  it('is itself spoken to over TLS, trusting the same authorities', async () => {
    proxy = await startProxy({ secure: true });
    const url = `https://127.0.0.1:${proxy.port}`;
    expect(await answerThrough(url)).toBe('hello login.lab.example');
    const untrusted = new NodeHttp({ variables: { HTTPS_PROXY: url } }).fetchFor({ ca: undefined, verify: true });
    expect(await codeOf(untrusted(login))).toMatch(/UNABLE_TO|SELF_SIGNED/);
    expect(proxy.asked).toHaveLength(1);
    await proxy.tunnelEnded;
  });

  it('gets the credentials of its URL', async () => {
    proxy = await startProxy();
    await answerThrough(`http://ada:p%40ss@127.0.0.1:${proxy.port}`);
    const authorization = `Basic ${Buffer.from('ada:p@ss').toString('base64')}`;
    expect(proxy.asked).toEqual([{ target: 'login.lab.example:443', authorization }]);
  });

  it('that refuses is named by its answer', async () => {
    const answer = 'HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 2\r\n\r\nno';
    proxy = await startProxy({ answer });
    expect(await codeOf(answerThrough(`http://127.0.0.1:${proxy.port}`))).toBe('PROXY_ANSWERED_407');
  });

  it('that falls silent is not waited for', async () => {
    proxy = await startProxy({ answer: undefined });
    const variables = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    const hasty = new NodeHttp({ variables, timeouts: { connect: 50, reply: 50 } });
    expect(await codeOf(hasty.fetchFor(trusting)(login))).toBe('ETIMEDOUT');
    await proxy.tunnelEnded;
  });

  it('can be given up while it looks for the server', async () => {
    proxy = await startProxy({ answer: undefined });
    const aborting = new AbortController();
    const http = new NodeHttp({ variables: { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` } });
    const waiting = http.fetchFor(trusting)(login, { signal: aborting.signal });
    while (proxy.asked.length === 0) await new Promise((go) => setTimeout(go, 2));
    aborting.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    await proxy.tunnelEnded;
  });
});

it('a proxy that is not there fails like a server that is not there', async () => {
  const gone = await listening(createTcpServer());
  await gone.close();
  expect(await codeOf(answerThrough(`http://127.0.0.1:${gone.port}`))).toBe('ECONNREFUSED');
});

describe('the environment’s proxy', () => {
  const run = promisify(execFile);
  let folder: string;
  let proxy: Proxy;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keytray-proxy-'));
    proxy = await startProxy();
  });
  afterEach(async () => {
    await proxy.close();
    await rm(folder, { recursive: true });
  });

  /** In a process of its own: the variables of this one must not change. */
  const fetchIn = async (env: Record<string, string>, url: string): Promise<string> => {
    const script = join(folder, 'fetch.ts');
    const module = join(import.meta.dirname, '../../../core/http/node-http.ts');
    await writeFile(
      script,
      `import { NodeHttp } from ${JSON.stringify(module)};
const [, , url, ca] = process.argv;
const response = await new NodeHttp().fetchFor({ ca, verify: true })(url).then((r) => r.text(), (e) => e.cause?.code ?? e.message);
process.stdout.write(response);`,
    );
    const { stdout } = await run(process.execPath, [script, url, authority], {
      env: { PATH: '/usr/bin:/bin', ...env },
    });
    return stdout;
  };

  it('is used', async () => {
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    expect(await fetchIn(env, login)).toBe('hello login.lab.example');
    expect(proxy.asked).toHaveLength(1);
  });

  it('is left out for this machine and for NO_PROXY', async () => {
    const proxyUrl = `http://127.0.0.1:${proxy.port}`;
    expect(await fetchIn({ HTTPS_PROXY: proxyUrl, HTTP_PROXY: proxyUrl }, secure.url)).toContain('hello');
    const excepted = { HTTPS_PROXY: proxyUrl, NO_PROXY: '.invalid' };
    expect(await fetchIn(excepted, 'https://login.invalid/')).toMatch(/ENOTFOUND|EAI_AGAIN/);
    expect(proxy.asked).toEqual([]);
  });
});
