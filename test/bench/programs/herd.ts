import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { callHelper } from '../../../client/call.ts';
import { LocalApiClient } from '../../../core/local-api/client/client.ts';
import { connectToBroker } from '../../../core/local-api/client/connection.ts';
import type { HerdOutcome } from '../herd-outcome.ts';

/**
 * `herd.ts keytray|oidc-agent SOCKET ACCOUNT HOST COUNT`: that many requests at once, each on a connection of its own.
 * To Keytray every second one is a git helper's. Prints a `HerdOutcome`.
 */
const [kind, socketPath = '', account = '', host = '', count = '0'] = process.argv.slice(2);
const api = new LocalApiClient(socketPath);
const uid = process.getuid?.() ?? -1;

const start = performance.now();
const answers = await Promise.allSettled(Array.from({ length: Number(count) }, (_, index) => ask(index)));
const milliseconds = performance.now() - start;

const values = new Set(answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : [])));
const failed = answers.filter((answer) => answer.status === 'rejected');
const outcome: HerdOutcome = {
  milliseconds,
  failures: failed.length,
  reasons: [...new Set(failed.map(({ reason }) => String(reason)))].slice(0, 3),
  differentAnswers: values.size,
};
process.stdout.write(`${JSON.stringify(outcome)}\n`);

function ask(index: number): Promise<string> {
  if (kind === 'oidc-agent') return askPeer();
  return index % 2 === 0 ? askTokenRoute() : askHelper();
}

async function askTokenRoute(): Promise<string> {
  const { access_token: token } = await api.token(account, {});
  if (token === undefined) throw new Error('an answer without a token');
  return token;
}

async function askHelper(): Promise<string> {
  const socket = await connectToBroker([socketPath], uid);
  let stdout = '';
  let stderr = '';
  const { status } = await callHelper(
    socket,
    { protocol: 'git', operation: 'get', argv: ['get'], variables: [], cwd: '/' },
    {
      stdin: Readable.from([Buffer.from(`protocol=https\nhost=${host}\n`)]),
      stdout: (bytes) => {
        stdout += Buffer.from(bytes).toString();
      },
      stderr: (bytes) => {
        stderr += Buffer.from(bytes).toString();
      },
      silence: 60_000,
    },
  );
  const password = /^password=(.+)$/m.exec(stdout)?.[1];
  if (status !== 0 || password === undefined) throw new Error(`helper status ${status}: ${stderr}`);
  return password;
}

async function askPeer(): Promise<string> {
  for (;;) {
    const answer = await exchange(JSON.stringify({ request: 'access_token', account, min_valid_period: 0 }));
    // Its own clients wait for a place in the queue; connect() of libuv does not.
    if (answer === 'EAGAIN') await new Promise((resolve) => setTimeout(resolve, 5));
    else return /"access_token":\s*"([^"]+)"/.exec(answer)?.[1] ?? Promise.reject(new Error('no token'));
  }
}

function exchange(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(socketPath, () => socket.write(request));
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
    });
    socket.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EAGAIN' ? resolve('EAGAIN') : reject(error),
    );
    socket.once('close', () => resolve(answer));
  });
}
