import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, stat } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callHelper } from '../../../client/call.ts';
import { KeytrayError } from '../../../core/errors.ts';
import type { HelperCall } from '../../../core/helpers/helper.ts';
import { encodeFrame } from '../../../core/local-api/frames.ts';
import { type BrokerSocket, startBrokerSocket } from '../../support/broker-socket.ts';
import { FakeBroker } from '../../support/fake-broker.ts';
import { needsRoot } from '../../support/needs-root.ts';

const program = fileURLToPath(new URL('../../../client/client.ts', import.meta.url));

let broker: FakeBroker;
let socket: BrokerSocket;
let children: ChildProcessWithoutNullStreams[];
let servers: Server[];

beforeEach(async () => {
  broker = new FakeBroker();
  socket = await startBrokerSocket(broker);
  children = [];
  servers = [];
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const server of servers) server.close();
  await socket[Symbol.asyncDispose]();
});

interface Run {
  readonly child: ChildProcessWithoutNullStreams;
  /** Bytes so far. */
  readonly output: { stdout: string; stderr: string };
  readonly ended: Promise<number | null>;
}

function start(args: readonly string[], options: { socketPath?: string; cwd?: string } = {}): Run {
  const env = { HOME: socket.folder, KEYTRAY_SOCKET: options.socketPath ?? socket.socketPath, SECRET: 'not yours' };
  const child = spawn(process.execPath, [program, ...args], { env, cwd: options.cwd ?? socket.folder });
  children.push(child);
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
async function run(args: readonly string[], stdin = '', options: { socketPath?: string } = {}) {
  const { child, output, ended } = start(args, options);
  child.stdin.end(stdin);
  return { status: await ended, ...output };
}

async function foreignServer(path: string, answer: (connection: Socket) => void): Promise<Server> {
  const server = createServer(answer);
  servers.push(server);
  server.listen(path);
  await once(server, 'listening');
  return server;
}

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};
const textOf = async (stdin: HelperCall['stdin']): Promise<string> =>
  Buffer.concat(await Array.fromAsync(stdin)).toString('latin1');

describe('the client', () => {
  it('forwards what git said, and answers what the broker answers', async () => {
    let call: HelperCall | undefined;
    broker.helpers.set('git', async (made) => {
      call = made;
      made.stdout(`${await textOf(made.stdin)}password=at-1\n`);
      made.stderr('keytray: a hint');
      return 0;
    });
    const result = await run(['git-credential-keytray', '--x', 'get'], 'protocol=https\nhost=x\n');
    expect(result).toEqual({
      status: 0,
      stdout: 'protocol=https\nhost=x\npassword=at-1\n',
      stderr: 'keytray: a hint\n',
    });
    expect(call).toMatchObject({ operation: 'get', argv: ['--x', 'get'], cwd: socket.folder });
    // No variable of the tool's environment that the protocol does not list.
    expect({ ...call?.env }).toEqual({});
  });

  it('serves `keytray helper` the same way', async () => {
    broker.helpers.set('docker', async (call) => {
      call.stdout(`${call.operation} ${call.argv.join(',')}`);
      return 7;
    });
    expect(await run(['keytray', 'helper', 'docker', 'list', 'a'])).toEqual({
      status: 7,
      stdout: 'list list,a',
      stderr: '',
    });
  });

  it('ends when the answer ends, though nobody closes stdin', async () => {
    broker.helpers.set('git', async (call) => {
      call.stdout('done\n');
      return 0;
    });
    const { ended, output } = start(['git-credential-keytray', 'get']);
    expect([await ended, output.stdout]).toEqual([0, 'done\n']);
  });

  it('passes on what the broker says before anything is on stdin, and stdin as it comes', async () => {
    broker.helpers.set('cargo', async (call) => {
      call.stdout('hello\n');
      for await (const chunk of call.stdin) call.stdout(`got ${Buffer.from(chunk).toString()}\n`);
      return 0;
    });
    const { child, output, ended } = start(['keytray', 'helper', 'cargo', 'get']);
    await until(() => output.stdout === 'hello\n');
    child.stdin.write('one');
    await until(() => output.stdout.endsWith('got one\n'));
    child.stdin.write('two');
    await until(() => output.stdout.endsWith('got two\n'));
    child.stdin.end();
    expect(await ended).toBe(0);
  });

  it('carries any bytes, and as many as there may be', async () => {
    const input = Buffer.from(Array.from({ length: 256 }, (_value, index) => index))
      .toString('latin1')
      .repeat(4096);
    let received = '';
    broker.helpers.set('git', async (call) => {
      received = await textOf(call.stdin);
      call.stdout('x'.repeat(300_000));
      return 0;
    });
    const { child, output, ended } = start(['git-credential-keytray', 'get']);
    child.stdin.end(Buffer.from(input, 'latin1'));
    expect([await ended, output.stdout.length, received === input]).toEqual([0, 300_000, true]);
  });

  it('ends the call when it is killed', async () => {
    let signal: AbortSignal | undefined;
    broker.helpers.set('git', async (call) => {
      signal = call.signal;
      return await new Promise(() => undefined);
    });
    const { child } = start(['git-credential-keytray', 'get']);
    await until(() => signal !== undefined);
    child.kill('SIGKILL');
    await until(() => signal?.aborted === true);
  });

  it('works in a folder that is no more', async () => {
    let cwd: string | undefined;
    broker.helpers.set('git', async (call) => {
      cwd = call.cwd;
      return 0;
    });
    const gone = join(socket.folder, 'gone');
    await mkdir(gone);
    const command = [process.execPath, program, 'git-credential-keytray', 'get'];
    const shell = spawn('/bin/sh', ['-c', 'rmdir "$PWD" && exec "$@"', 'sh', ...command], {
      cwd: gone,
      env: { KEYTRAY_SOCKET: socket.socketPath, HOME: socket.folder },
      stdio: 'ignore',
    });
    expect(await once(shell, 'exit')).toEqual([0, null]);
    expect(cwd).toBe('/');
  });

  it.each([[['git-credential-keytray']], [['keytray', 'helper', 'git']]])(
    '%j is told how it is called',
    async (args) => {
      const result = await run(args);
      expect([result.status, result.stdout]).toEqual([2, '']);
      expect(result.stderr).toMatch(/^usage: .*\n$/);
    },
  );
});

describe('a client that gets no answer', () => {
  it('because nobody listens says how to start it, and lets git ask its next helper', async () => {
    const socketPath = join(socket.folder, 'nobody.sock');
    const silent = { stdout: '', stderr: 'keytray: not running; start it with: keytray agent\n' };
    expect(await run(['git-credential-keytray', 'get'], '', { socketPath })).toEqual({ status: 1, ...silent });
    expect(await run(['keytray', 'helper', 'docker', 'get'], '', { socketPath })).toEqual({ status: 3, ...silent });
  });

  it('because the broker was killed says the same', async () => {
    const socketPath = join(socket.folder, 'stale.sock');
    const perl = 'socket(my $s, AF_UNIX, SOCK_STREAM, 0); bind($s, sockaddr_un($ARGV[0])) or die';
    await once(spawn('/usr/bin/perl', ['-MSocket', '-e', perl, socketPath]), 'exit');
    expect((await stat(socketPath)).isSocket()).toBe(true);
    expect(await run(['git-credential-keytray', 'get'], '', { socketPath })).toMatchObject({ status: 1, stdout: '' });
  });

  it('because the call was cut off ends with one line', async () => {
    const socketPath = join(socket.folder, 'rude.sock');
    await foreignServer(socketPath, (connection) => connection.destroy());
    const result = await run(['keytray', 'helper', 'docker', 'get'], '', { socketPath });
    expect(result).toEqual({ status: 6, stdout: '', stderr: 'keytray: the call was cut off\n' });
  });

  it.each(['SSH-2.0-x\r\n\r\n', 'HTTP/1.1 101 Switching Protocols\r\n\r\nQ\0\0\0\0'])(
    'but something else (%j) ends with one line',
    async (text) => {
      const socketPath = join(socket.folder, 'other.sock');
      await foreignServer(socketPath, (connection) => connection.write(text));
      const result = await run(['git-credential-keytray', 'get'], '', { socketPath });
      expect([result.status, result.stdout]).toEqual([1, '']);
      expect(result.stderr).toMatch(/^keytray: .*\n$/);
    },
  );

  it('but a refusal says why', async () => {
    await using foreign = await startBrokerSocket(broker, { uid: 4242 });
    const result = await run(['git-credential-keytray', 'get'], '', { socketPath: foreign.socketPath });
    expect([result.status, result.stdout]).toEqual([1, '']);
    expect(result.stderr).toContain('this broker serves uid 4242');
  });

  it('but a failure ends as the broker says', async () => {
    broker.helpers.set('git', async () => {
      throw new KeytrayError('keychain_locked', 'the keychain is locked');
    });
    expect(await run(['keytray', 'helper', 'git', 'get'])).toEqual({
      status: 7,
      stdout: '',
      stderr: 'keytray: the keychain is locked\n',
    });
  });
});

describe('a broker that falls silent', () => {
  const request = { protocol: 'git', operation: 'get', argv: [], variables: [], cwd: '/' };
  const nothing = () => undefined;

  it('is waited for as long as it shows signs of life, and no longer', async () => {
    const socketPath = join(socket.folder, 'silent.sock');
    let signs = 0;
    await foreignServer(socketPath, (connection) => {
      connection.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
      const timer = setInterval(() => {
        signs += 1;
        connection.write(encodeFrame('O'));
        if (signs === 10) clearInterval(timer);
      }, 50);
      connection.on('error', nothing).resume();
    });
    const connection = connect(socketPath);
    const streams = { stdin: new PassThrough(), stdout: nothing, stderr: nothing, silence: 400 };
    await expect(callHelper(connection, request, streams)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    expect(signs).toBe(10);
  });
});

describe('a socket that is not ours', () => {
  /** Resolves to the number of connections somebody else got to see. */
  async function foreignSocket(path: string): Promise<() => number> {
    let connections = 0;
    await foreignServer(path, () => {
      connections += 1;
    });
    await chmod(path, 0o777);
    return () => connections;
  }

  needsRoot('because somebody else made it is not talked to', async () => {
    const socketPath = join(socket.folder, 'theirs.sock');
    const connections = await foreignSocket(socketPath);
    await chown(socketPath, 65534, 65534);
    const result = await run(['git-credential-keytray', 'get'], '', { socketPath });
    expect([result.status, result.stdout, connections()]).toEqual([1, '', 0]);
    expect(result.stderr).toMatch(/belongs to uid 65534.*without sudo/);
  });

  needsRoot('because its folder is somebody else’s is not talked to', async () => {
    const folder = join(socket.folder, 'theirs');
    await mkdir(folder);
    const connections = await foreignSocket(join(folder, 'keytray.sock'));
    await chown(folder, 65534, 65534);
    const result = await run(['git-credential-keytray', 'get'], '', { socketPath: join(folder, 'keytray.sock') });
    expect([result.status, connections()]).toEqual([1, 0]);
  });

  it('because others can replace it is not talked to; a sticky folder keeps them off', async () => {
    const folder = join(socket.folder, 'open');
    await mkdir(folder);
    const socketPath = join(folder, 'keytray.sock');
    const connections = await foreignSocket(socketPath);
    await chmod(folder, 0o777);
    const result = await run(['git-credential-keytray', 'get'], '', { socketPath });
    expect([result.status, result.stdout, connections()]).toEqual([1, '', 0]);
    expect(result.stderr).toContain('others can write');
    await chmod(folder, 0o1777);
    const { child } = start(['git-credential-keytray', 'get'], { socketPath });
    await until(() => connections() === 1);
    child.kill();
  });
});
