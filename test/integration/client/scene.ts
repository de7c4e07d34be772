import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { HelperCall } from '../../../core/wire/helper-call.ts';
import { type BrokerSocket, startBrokerSocket } from '../../support/broker-socket.ts';
import { FakeBroker } from '../../support/fake-broker.ts';
import type { Client } from './clients.ts';

export interface Run {
  readonly child: ChildProcessWithoutNullStreams;
  /** Bytes so far. */
  readonly output: { stdout: string; stderr: string };
  readonly ended: Promise<number | null>;
}

export interface RunOptions {
  readonly socketPath?: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** The words are any program's, not the client's. */
  readonly plain?: true;
}

export type Words = readonly [name: string, ...args: string[]];

/** A broker on a socket, and the processes and servers a test starts beside it. */
export class Scene implements AsyncDisposable {
  readonly broker: FakeBroker;
  readonly socket: BrokerSocket;
  readonly #client: Client;
  readonly #children: ChildProcessWithoutNullStreams[] = [];
  readonly #servers: Server[] = [];

  constructor(client: Client, broker: FakeBroker, socket: BrokerSocket) {
    this.#client = client;
    this.broker = broker;
    this.socket = socket;
  }

  /** Starts the client under a name, with stdin left open. */
  async start(args: Words, options: RunOptions = {}): Promise<Run> {
    const [file, ...words] = options.plain === true ? args : await this.#client.command(args);
    const env = {
      HOME: this.socket.folder,
      KEYTRAY_SOCKET: options.socketPath ?? this.socket.socketPath,
      SECRET: 'not yours',
      ...options.env,
    };
    const child = spawn(file, words, { env, cwd: options.cwd ?? this.socket.folder });
    this.#children.push(child);
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => {
      output.stdout += chunk.toString('latin1');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      output.stderr += chunk.toString();
    });
    child.stdin.on('error', () => undefined);
    return { child, output, ended: once(child, 'close').then(([status]) => status) };
  }

  /** Runs to the end with all of stdin given at once. */
  async run(args: Words, stdin = '', options: RunOptions = {}) {
    const { child, output, ended } = await this.start(args, options);
    child.stdin.end(stdin);
    return { status: await ended, ...output };
  }

  /** Something else that listens at `path`. */
  async listen(path: string, answer: (connection: Socket) => void): Promise<void> {
    const server = createServer(answer);
    this.#servers.push(server);
    server.listen(path);
    await once(server, 'listening');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    for (const server of this.#servers) server.close();
    await this.socket[Symbol.asyncDispose]();
  }
}

export async function openScene(client: Client): Promise<Scene> {
  const broker = new FakeBroker();
  return new Scene(client, broker, await startBrokerSocket(broker));
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

export async function textOf(stdin: HelperCall['stdin']): Promise<string> {
  return Buffer.concat(await Array.fromAsync(stdin)).toString('latin1');
}
