import { describe, expect, it } from 'vitest';
import { answerHeaders } from '../../../core/endpoints/http-proxy/response-headers.ts';

const own = 'http://127.0.0.1:9/secret';
const base = new URL('https://api.example/v2/');
const requested = new URL('https://api.example/v2/things/7?x=1');

const given = (...headers: string[]): string[] => answerHeaders(headers, { own, base, requested });

describe('the headers of an answer', () => {
  it('lose what is of the connection, of a session, or leads around the proxy', () => {
    const dropped = ['Connection', 'close', 'Transfer-Encoding', 'chunked', 'Keep-Alive', '5', 'Upgrade', 'h2c'];
    const session = ['Set-Cookie', 'session=1', 'Alt-Svc', 'h3=":443"', 'Proxy-Authenticate', 'Basic'];
    expect(
      given('Content-Type', 'text/plain', ...dropped, ...session, 'ETag', '"1"', 'Vary', 'a', 'Vary', 'b'),
    ).toEqual(['Content-Type', 'text/plain', 'ETag', '"1"', 'Vary', 'a', 'Vary', 'b']);
  });

  it.each([
    ['https://api.example/v2/other?y=2#z', `${own}/other?y=2#z`],
    ['https://API.example:443/v2/other', `${own}/other`],
    ['/v2/other', `${own}/other`],
    ['8', `${own}/things/8`],
    ['?x=2', `${own}/things/7?x=2`],
    ['//api.example/v2/other', `${own}/other`],
    ['https://api.example/v2', own],
    ['https://api.example/v2/../v2/other', `${own}/other`],
  ])('Location: %s leads through the proxy', (location, expected) => {
    expect(given('Location', location)).toEqual(['Location', expected]);
  });

  it.each([
    'https://elsewhere.example/v2/other',
    'http://api.example/v2/other',
    'https://api.example:444/v2/other',
    'https://api.example/v20/other',
    'https://api.example/v2/../v1/other',
    '//elsewhere.example/v2',
    'https://user@api.example/v2/other',
    'mailto:someone@api.example',
    'https://[broken',
  ])('Location: %s stays as it is', (location) => {
    expect(given('Location', location)).toEqual(['Location', location]);
  });

  it('Link leads to the next page through the proxy', () => {
    const link = '<https://api.example/v2/things?page=2>; rel="next", <https://docs.example/>; rel="help"';
    expect(given('link', link)).toEqual([
      'link',
      `<${own}/things?page=2>; rel="next", <https://docs.example/>; rel="help"`,
    ]);
  });
});
