import { describe, expect, it } from 'vitest';
import { judgeHeaders } from '../../../core/endpoints/http-proxy/request-headers.ts';
import { Secret } from '../../../core/secret.ts';

const secret = new Secret('the-secret');
const presented = ['DD-API-KEY', 'DD-APPLICATION-KEY'];
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

const judge = (headers: readonly string[], inPath = true) => judgeHeaders(headers, { secret, inPath, presented });

describe('the headers of a caller', () => {
  it('go on as they are, without those of the connection', () => {
    const verdict = judge([
      ...['Host', '127.0.0.1:1', 'Accept', 'text/html', 'accept', 'text/plain', 'Connection', 'keep-alive, X-Hop'],
      ...['X-Hop', '1', 'Keep-Alive', '5', 'TE', 'trailers', 'Trailer', 'X-Sum', 'Transfer-Encoding', 'chunked'],
      ...['Content-Length', '3', 'Expect', '100-continue', 'X-Forwarded-Host', 'evil', 'Forwarded', 'host=evil'],
      ...['Content-Type', 'application/json'],
    ]);
    expect(verdict).toEqual({
      kind: 'pass',
      headers: ['Accept', 'text/html', 'accept', 'text/plain', 'Content-Type', 'application/json'],
    });
  });

  it.each([
    ['as Bearer', 'Authorization', 'Bearer the-secret'],
    ['as bearer', 'authorization', 'bearer  the-secret'],
    ['as user', 'Authorization', basic('the-secret:')],
    ['as password', 'Authorization', basic('anyone:the-secret')],
    ["in the account's own header", 'dd-api-key', 'the-secret'],
  ])('prove it %s, and lose the proof', (_where, name, value) => {
    expect(judge([name, value, 'Accept', '*/*'], false)).toEqual({ kind: 'pass', headers: ['Accept', '*/*'] });
  });

  it.each([
    ['nothing', []],
    ['another key', ['Authorization', 'Bearer guessed']],
    ['a longer key', ['Authorization', 'Bearer the-secretx']],
    ['two words', ['Authorization', 'Bearer x the-secret']],
    ['another scheme', ['Authorization', 'Digest the-secret']],
    ['a part of the password', ['Authorization', basic('a:the-secret:b')]],
    ['a cookie', ['Cookie', 'the-secret']],
    ['a header of no account', ['X-Api-Key', 'the-secret']],
    ['an underscore', ['DD_API_KEY', 'the-secret']],
  ])('prove nothing with %s', (_what, headers) => {
    expect(judge(headers, false)).toEqual({ kind: 'unproven' });
  });

  it.each([
    ['Authorization', 'Bearer other'],
    ['Authorization', ''],
    ['Cookie', 'a=b'],
    ['Proxy-Authorization', basic('a:the-secret')],
    ['proxy_authorization', 'x'],
    ['DD-API-KEY', 'other'],
    ['dd_application_key', 'the-secret'],
    ['X-HTTP-Method-Override', 'DELETE'],
    ['X-HTTP-Method', 'DELETE'],
    ['x_method_override', 'DELETE'],
    ['X-Original-URL', '/admin'],
    ['X-Rewrite-URL', '/admin'],
    ['Upgrade', 'websocket'],
    ['HTTP2-Settings', 'AAMAAABkAAQAoAAAAAIAAAAA'],
    ['Transfer-Encoding', 'gzip, chunked'],
  ])('are refused with %s: %s', (name, value) => {
    expect(judge([name, value])).toMatchObject({ kind: 'refused' });
    expect(judge(['Authorization', 'Bearer the-secret', name, value], false)).toMatchObject({ kind: 'refused' });
  });

  it('are refused with a second credential beside the proof', () => {
    expect(judge(['Authorization', 'Bearer the-secret', 'Authorization', 'Bearer other'], false)).toMatchObject({
      kind: 'refused',
    });
  });

  it('never quote a value', () => {
    const verdict = judge(['Authorization', 'Bearer other-secret']);
    expect(JSON.stringify(verdict)).not.toContain('other-secret');
  });
});
