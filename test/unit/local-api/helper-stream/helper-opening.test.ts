import { describe, expect, it } from 'vitest';
import { readHelperOpening } from '../../../../core/local-api/helper-stream/helper-opening.ts';

const words = {
  line: 'GET /v1/helpers/git/get HTTP/1.1',
  headers: ['Host: keytray', 'Connection: Upgrade', 'Upgrade: keytray-helper/1'],
};
const textOf = ({ line, headers }: typeof words): string => `${[line, ...headers].join('\r\n')}\r\n\r\n`;
const read = (text: string) => readHelperOpening(Buffer.from(text, 'latin1'));

describe('the opening of our own client', () => {
  it('is recognised, with what came behind it', () => {
    const opening = read(`${textOf(words)}C\0\0\0\u0001/`);
    expect(opening).toMatchObject({
      request: {
        method: 'GET',
        url: '/v1/helpers/git/get',
        httpVersion: '1.1',
        rawHeaders: ['Host', 'keytray', 'Connection', 'Upgrade', 'Upgrade', 'keytray-helper/1'],
        headers: { host: 'keytray', connection: 'Upgrade', upgrade: 'keytray-helper/1' },
      },
    });
    expect(opening?.head.toString('latin1')).toBe('C\0\0\0\u0001/');
  });

  it.each([
    ['nothing', ''],
    ['a part of it', textOf(words).slice(0, -1)],
    ['another method', textOf({ ...words, line: 'PUT /v1/helpers/git/get HTTP/1.1' })],
    ['another path', textOf({ ...words, line: 'GET /v1/status HTTP/1.1' })],
    ['a path with a query', textOf({ ...words, line: 'GET /v1/helpers/git/get?x HTTP/1.1' })],
    ['a path of three parts', textOf({ ...words, line: 'GET /v1/helpers/git/get/x HTTP/1.1' })],
    ['a header within the path', textOf({ ...words, line: 'GET /v1/helpers/git/get\r\nOrigin:x HTTP/1.1' })],
    ['a long path', textOf({ ...words, line: `GET /v1/helpers/git/${'x'.repeat(257)} HTTP/1.1` })],
    ['another version', textOf({ ...words, line: 'GET /v1/helpers/git/get HTTP/1.0' })],
    ['another host', textOf({ ...words, headers: ['Host: evil', ...words.headers.slice(1)] })],
    ['a header more', textOf({ ...words, headers: [...words.headers, 'Origin: https://evil.example'] })],
    ['a header in front', textOf({ ...words, headers: ['Origin: https://evil.example', ...words.headers] })],
    ['a header twice', textOf({ ...words, headers: [...words.headers, 'Content-Length: 5'] })],
    ['another order', textOf({ ...words, headers: words.headers.toReversed() })],
    ['other letters', textOf(words).toLowerCase()],
    ['bare line ends', textOf(words).replaceAll('\r\n', '\n')],
    ['something in front', ` ${textOf(words)}`],
  ])('is not %s: that is for HTTP to read', (_name, text) => {
    expect(read(text)).toBeUndefined();
  });
});
