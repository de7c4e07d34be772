import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ProxyConfig } from '../../../core/config/config.ts';
import { NothingSent } from '../../../core/http/nothing-sent.ts';
import type { Fetch, Http, TlsSettings } from '../../../core/ports.ts';
import { judgeNetError } from '../../../electron/http/net-error.ts';
import { SessionHttp } from '../../../electron/http/session-http.ts';
import { StandInSession } from '../../support/electron-stand-in/session.ts';

const plain: TlsSettings = { ca: undefined, verify: true };
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

async function serve(listener: RequestListener): Promise<string> {
  const made = createServer(listener);
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
}

/** Answers for the stack of Node, to see when it is asked. */
class WatchedHttp implements Http {
  asked = 0;
  proxy: ProxyConfig | undefined;

  useProxy(proxy: ProxyConfig | undefined): void {
    this.proxy = proxy;
  }

  fetchFor(): Fetch {
    return async () => {
      this.asked += 1;
      return new Response('by Node');
    };
  }
}

function httpOver(fetch: (...given: never[]) => Promise<Response>, platform: NodeJS.Platform = 'linux') {
  const node = new WatchedHttp();
  const session = { fetch } as unknown as StandInSession;
  return { http: new SessionHttp({ session, node, platform }), node };
}

const real = () => {
  const node = new WatchedHttp();
  return { http: new SessionHttp({ session: new StandInSession(), node, platform: 'linux' }), node };
};

describe('requests over Chromium', () => {
  it('are made by Node where the configuration names a proxy, and only as long as it does', async () => {
    const { http, node } = httpOver(async () => new Response('by Chromium'));
    const fetch = http.fetchFor(plain);
    const proxy = { url: 'http://proxy.example:3128', except: [] };
    http.useProxy(proxy);
    expect(node.proxy).toBe(proxy);
    expect(await (await fetch('https://login.example/')).text()).toBe('by Node');
    http.useProxy(undefined);
    expect(node.proxy).toBeUndefined();
    expect(await (await fetch('https://login.example/')).text()).toBe('by Chromium');
  });

  it('are sent whole, without cookies and caches, and answered whole', async () => {
    let seen = '';
    const url = await serve((request, response) => {
      request.on('data', (chunk: Buffer) => {
        seen += chunk.toString();
      });
      request.on('end', () => {
        seen += ` ${request.method} ${request.headers['content-type']} ${request.headers.cookie ?? 'no cookie'}`;
        response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_grant"}');
      });
    });
    const answer = await real().http.fetchFor(plain)(`${url}/token`, {
      method: 'POST',
      body: 'grant_type=refresh_token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(seen).toBe('grant_type=refresh_token POST application/x-www-form-urlencoded no cookie');
    expect([answer.status, await answer.json()]).toEqual([400, { error: 'invalid_grant' }]);
  });

  it('follow no redirect', async () => {
    let visits = 0;
    const url = await serve((_request, response) => {
      visits += 1;
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    const answer = await real().http.fetchFor(plain)(url, { method: 'POST', body: 'x' });
    expect([answer.status, visits]).toEqual([302, 1]);
  });

  it('give up on an answer without end', async () => {
    const url = await serve((_request, response) => {
      const more = (): void => {
        while (response.write(Buffer.alloc(64 * 1024)));
        response.once('drain', more);
      };
      more();
    });
    await expect(real().http.fetchFor(plain)(url)).rejects.toThrow('too large');
  });

  it('end when their caller has gone', async () => {
    const url = await serve(() => undefined);
    const leaving = new AbortController();
    const answer = real().http.fetchFor(plain)(url, { signal: leaving.signal });
    leaving.abort(new Error('gone'));
    await expect(answer).rejects.toThrow('gone');
  });

  it('carry nothing over plain http, but on this machine', async () => {
    const { http } = real();
    await expect(http.fetchFor(plain)('http://login.example/token')).rejects.toMatchObject({ code: 'misconfigured' });
  });

  it('say whether anybody can have heard them', async () => {
    const closed = await serve(() => undefined);
    server?.close();
    await expect(real().http.fetchFor(plain)(closed)).rejects.toBeInstanceOf(NothingSent);
    const { http } = httpOver(async () => {
      throw new Error('net::ERR_CONNECTION_RESET');
    });
    const lost = await http
      .fetchFor(plain)('https://login.example')
      .catch((error: unknown) => error);
    expect(lost).toBeInstanceOf(TypeError);
    expect(lost).not.toBeInstanceOf(NothingSent);
  });

  it('leave authorities of an account, and on Linux those of the system, to Node', async () => {
    const unknown = async (): Promise<Response> => {
      throw new Error('net::ERR_CERT_AUTHORITY_INVALID');
    };
    const linux = httpOver(unknown);
    expect(await (await linux.http.fetchFor(plain)('https://login.example')).text()).toBe('by Node');
    const mac = httpOver(unknown, 'darwin');
    await expect(mac.http.fetchFor(plain)('https://login.example')).rejects.toBeInstanceOf(NothingSent);
    expect(mac.node.asked).toBe(0);
    const never = httpOver(async () => expect.unreachable());
    await never.http.fetchFor({ ca: '/ca.pem', verify: true })('https://login.example');
    await never.http.fetchFor({ ca: undefined, verify: false })('https://login.example');
    expect(never.node.asked).toBe(2);
  });
});

it.each([
  ['net::ERR_NAME_NOT_RESOLVED', 'nothing_sent'],
  ['net::ERR_PROXY_CONNECTION_FAILED', 'nothing_sent'],
  ['net::ERR_CERT_DATE_INVALID', 'nothing_sent'],
  ['net::ERR_CERT_AUTHORITY_INVALID', 'unknown_authority'],
  ['Redirect was cancelled', 'redirect'],
  ['net::ERR_NETWORK_CHANGED', 'unknown'],
  ['net::ERR_EMPTY_RESPONSE', 'unknown'],
  ['net::ERR_CERT', 'unknown'],
  ['something else', 'unknown'],
] as const)('%s: %s', (message, meaning) => {
  expect(judgeNetError(new TypeError('fetch failed', { cause: new Error(message) }))).toBe(meaning);
});
