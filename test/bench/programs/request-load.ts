import { connect } from 'node:net';
import { percentile } from '../statistics.ts';

/**
 * `request-load.ts SOCKET ACCOUNT CONNECTIONS SECONDS`: token requests over connections kept alive, each sent when the
 * one before is answered. Prints `{requests, failures, seconds, p99, bodyLength}`. Written on bare sockets: a client
 * library would take more of the machine than the server under test.
 */
const [socketPath = '', account = '', connections = '1', seconds = '1'] = process.argv.slice(2);
const body = '{}';
const request = Buffer.from(
  [
    `POST /v1/accounts/${encodeURIComponent(account)}/token HTTP/1.1`,
    'Host: keytray',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n'),
);

const latencies: number[] = [];
let failures = 0;
let bodyLength = 0;
const start = performance.now();
const end = start + Number(seconds) * 1_000;
await Promise.all(Array.from({ length: Number(connections) }, oneConnection));
const took = (performance.now() - start) / 1_000;
const p99 = percentile(latencies, 0.99);
process.stdout.write(`${JSON.stringify({ requests: latencies.length, failures, seconds: took, p99, bodyLength })}\n`);

function oneConnection(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    let received = '';
    let sent = 0;
    const send = (): void => {
      sent = performance.now();
      socket.write(request);
    };
    socket.setEncoding('latin1');
    socket.once('connect', send);
    socket.on('data', (text: string) => {
      received += text;
      const length = answerLength(received);
      if (length === undefined || received.length < length.head + length.body) return;
      latencies.push(performance.now() - sent);
      if (!received.startsWith('HTTP/1.1 200 ')) failures += 1;
      bodyLength = length.body;
      received = '';
      if (performance.now() < end) send();
      else socket.end();
    });
    socket.once('error', reject);
    socket.once('close', () => resolve());
  });
}

function answerLength(text: string): { readonly head: number; readonly body: number } | undefined {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const body = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, headEnd))?.[1];
  if (body === undefined) throw new Error('an answer without Content-Length');
  return { head: headEnd + 4, body: Number(body) };
}
