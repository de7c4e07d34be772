import { createServer } from 'node:http';

/**
 * The least an HTTP server on a Unix socket can do: read the request, answer the same bytes.
 * `bare-server.ts SOCKET LENGTH`; says `listening` when it is.
 */
const [socketPath = '', length = '0'] = process.argv.slice(2);
const answer = JSON.stringify({ token: '' }).replace('""', `"${'x'.repeat(Math.max(0, Number(length) - 12))}"`);

createServer((request, response) => {
  request.resume().once('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) });
    response.end(answer);
  });
}).listen(socketPath, () => process.stdout.write('listening\n'));
