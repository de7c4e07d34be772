import { connect } from 'node:net';

/**
 * `http-load.ts PORT PATH CONNECTIONS SECONDS`: GET over connections kept alive, each sent when the one before is
 * answered, at least one each. Prints `{requests, failures, seconds, bytes}`. On bare sockets, as request-load.ts.
 */
const [port = '0', path = '/', connections = '1', seconds = '1'] = process.argv.slice(2);
const request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);

let requests = 0;
let failures = 0;
let bytes = 0;
const start = performance.now();
const end = start + Number(seconds) * 1_000;
await Promise.all(Array.from({ length: Number(connections) }, oneConnection));
const took = (performance.now() - start) / 1_000;
process.stdout.write(`${JSON.stringify({ requests, failures, seconds: took, bytes })}\n`);

function oneConnection(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1');
    let head = '';
    /** Of the body; undefined while the head is still coming. */
    let left: number | undefined;
    socket.once('connect', () => socket.write(request));
    socket.on('data', (chunk: Buffer) => {
      let taken = chunk.length;
      if (left === undefined) {
        head += chunk.toString('latin1');
        const headEnd = head.indexOf('\r\n\r\n');
        if (headEnd === -1) return;
        left = Number(/^content-length: (\d+)\r$/im.exec(head)?.[1] ?? Number.NaN);
        taken = head.length - headEnd - 4;
        if (!head.startsWith('HTTP/1.1 200 ') || Number.isNaN(left)) {
          failures += 1;
          socket.destroy();
          return;
        }
      }
      left -= taken;
      bytes += taken;
      if (left > 0) return;
      requests += 1;
      head = '';
      left = undefined;
      if (performance.now() < end) socket.write(request);
      else socket.end();
    });
    socket.once('error', reject);
    socket.once('close', () => resolve());
  });
}
