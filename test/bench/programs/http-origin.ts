import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';

/** A server whose `/` is a short answer and whose `/bulk?BYTES` so many bytes; prints its port. */
const short = 'x'.repeat(1_000);
const block = Buffer.alloc(256 * 1024, 'x');

function* blocks(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= block.length) yield block.subarray(0, Math.min(left, block.length));
}

const server = createServer((request, response) => {
  const [path, bytes = '0'] = (request.url ?? '').split('?');
  if (path?.endsWith('/bulk') === true) {
    response.writeHead(200, { 'content-length': Number(bytes) });
    Readable.from(blocks(Number(bytes))).pipe(response);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': short.length }).end(short);
}).listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
