import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { NodeHttp } from '../../../core/http/node-http.ts';
import { runToEnd } from '../../support/processes.ts';
import { type SocksProxy, startSocksProxy } from '../../support/socks-proxy.ts';
import { authority, codeOf, type SecureServer, startSecureServer } from '../oauth/secure-server.ts';

const login = 'https://login.lab.example/';
let secure: SecureServer;
let proxy: SocksProxy;
beforeAll(async () => {
  secure = await startSecureServer();
});
afterAll(() => secure.close());
afterEach(() => proxy.close());

const answerThrough = async (url: string, target = login): Promise<string> => {
  const http = new NodeHttp({ variables: { all_proxy: url } });
  return await (await http.fetchFor({ ca: authority, verify: true })(target)).text();
};

it.each([
  ['socks5h', '5 login.lab.example:443'],
  ['socks4a', '4 login.lab.example:443'],
])('a proxy of %s looks the name up itself, and the certificate is checked through it', async (scheme, asked) => {
  proxy = await startSocksProxy(secure.port);
  expect(await answerThrough(`${scheme}://127.0.0.1:${proxy.port}`)).toBe('hello login.lab.example');
  expect(proxy.asked).toEqual([asked]);
});

it('the proxy of the configuration takes the place of that of the environment, from one request to the next', async () => {
  proxy = await startSocksProxy(secure.port);
  const http = new NodeHttp({ variables: { all_proxy: 'http://127.0.0.1:1', no_proxy: 'lab.example' } });
  const answer = async () => await (await http.fetchFor({ ca: authority, verify: true })(login)).text();
  const url = `socks5h://127.0.0.1:${proxy.port}`;
  http.useProxy({ url, except: [] });
  expect(await answer()).toBe('hello login.lab.example');
  http.useProxy({ url, except: ['.lab.example'] });
  expect(await codeOf(answer())).toMatch(/ENOTFOUND|EAI_AGAIN/);
  http.useProxy(undefined);
  expect(await codeOf(answer())).toMatch(/ENOTFOUND|EAI_AGAIN/);
  expect(proxy.asked).toEqual(['5 login.lab.example:443']);
});

it.each([
  ['socks5', '5 192.0.2.7:8443'],
  ['socks4', '4 192.0.2.7:8443'],
  ['socks', '4 192.0.2.7:8443'],
])('a proxy of %s is given the address, and an IPv4 one as such', async (scheme, asked) => {
  proxy = await startSocksProxy(secure.port);
  const code = await codeOf(answerThrough(`${scheme}://127.0.0.1:${proxy.port}`, 'https://192.0.2.7:8443/'));
  expect(code).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  expect(proxy.asked).toEqual([asked]);
});

it('names are looked up here for a proxy that is not to know them', async () => {
  proxy = await startSocksProxy(secure.port);
  expect(await codeOf(answerThrough(`socks5://127.0.0.1:${proxy.port}`, 'https://login.invalid/'))).toMatch(
    /ENOTFOUND|EAI_AGAIN/,
  );
  expect(proxy.asked).toEqual([]);
});

it('IPv6 addresses go whole', async () => {
  proxy = await startSocksProxy(secure.port);
  await codeOf(answerThrough(`socks5h://127.0.0.1:${proxy.port}`, 'https://[2001:db8::1:0:2]/'));
  expect(proxy.asked).toEqual(['5 [20010db8000000000000000100000002]:443']);
});

it('a proxy that wants a password gets that of its URL, and no other', async () => {
  proxy = await startSocksProxy(secure.port, { password: 'p@ss' });
  const at = `127.0.0.1:${proxy.port}`;
  expect(await answerThrough(`socks5h://ada:p%40ss@${at}`)).toBe('hello login.lab.example');
  expect(await codeOf(answerThrough(`socks5h://ada:wrong@${at}`))).toBe('PROXY_ANSWERED_407');
  expect(await codeOf(answerThrough(`socks5h://${at}`))).toBe('PROXY_ANSWERED_407');
  expect(proxy.asked).toEqual(['5 login.lab.example:443 ada']);
});

it.each(['socks5h', 'socks4a'])('a proxy of %s may answer byte by byte', async (scheme) => {
  proxy = await startSocksProxy(secure.port, { inPieces: true });
  expect(await answerThrough(`${scheme}://127.0.0.1:${proxy.port}`)).toBe('hello login.lab.example');
});

it.each([
  ['socks5h', 'PROXY_REFUSED_2'],
  ['socks4a', 'PROXY_REFUSED_91'],
])('a proxy of %s that refuses is named by its answer', async (scheme, code) => {
  proxy = await startSocksProxy(secure.port, { refuses: true });
  expect(await codeOf(answerThrough(`${scheme}://127.0.0.1:${proxy.port}`))).toBe(code);
});

it.each([
  ['of a user longer than its length can say', 'socks5h', `${'u'.repeat(256)}:p`, login, 'PROXY_TEXT_TOO_LONG'],
  ['of a password longer than its length can say', 'socks5h', `ada:${'p'.repeat(256)}`, login, 'PROXY_TEXT_TOO_LONG'],
  ['of a user that would begin another name', 'socks4a', 'ada%00evil.example', login, 'PROXY_USER_WITH_NUL'],
  ['of an address that version 4 does not know', 'socks4', 'ada', 'https://[2001:db8::1]/', 'PROXY_NO_IPV6'],
  ['of an address that version 4 does not know', 'socks4a', 'ada', 'https://[2001:db8::1]/', 'PROXY_NO_IPV6'],
])('a proxy is told nothing wrong: %s, %s', async (_what, scheme, user, target, code) => {
  proxy = await startSocksProxy(secure.port, scheme === 'socks5h' ? { password: 'p' } : {});
  expect(await codeOf(answerThrough(`${scheme}://${user}@127.0.0.1:${proxy.port}`, target))).toBe(code);
  expect(proxy.asked).toEqual([]);
});

it('curl takes the proxy of these tests for one', async () => {
  proxy = await startSocksProxy(secure.port, { password: 'p@ss' });
  const { stdout } = await runToEnd('curl', ['-s', '--cacert', authority, login], {
    env: { PATH: process.env.PATH, all_proxy: `socks5h://ada:p%40ss@127.0.0.1:${proxy.port}` },
    cwd: '/',
    input: '',
  });
  expect(stdout).toBe('hello login.lab.example');
});
