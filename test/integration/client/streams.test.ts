import { connect } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callHelper } from '../../../client/call.ts';
import { encodeFrame } from '../../../core/wire/frames.ts';
import { clients, nativeWithSilence, removeClients } from './clients.ts';
import { openScene, type Scene, textOf } from './scene.ts';

afterAll(removeClients);

const switched = 'HTTP/1.1 101 Switching Protocols\r\n\r\n';
const mebibyte = 1024 * 1024;

describe.each(clients)('streams of $title', (client) => {
  let scene: Scene;

  beforeEach(async () => {
    scene = await openScene(client);
  });

  afterEach(async () => {
    await scene[Symbol.asyncDispose]();
  });

  it('carry as much stdin as a helper may get', async () => {
    scene.broker.helpers.set('git', async (call) => {
      call.stdout(String((await textOf(call.stdin)).length));
      return 0;
    });
    expect(await scene.run(['git-credential-keytray', 'get'], 'x'.repeat(mebibyte))).toMatchObject({
      status: 0,
      stdout: `${mebibyte}`,
    });
  });

  it('end with a refusal where stdin has no end', async () => {
    scene.broker.helpers.set('git', async (call) => (await textOf(call.stdin)).length);
    const { child, output, ended } = await scene.start(['git-credential-keytray', 'get']);
    const feed = (): void => {
      while (child.stdin.writable && child.stdin.write('x'.repeat(65_536)));
    };
    child.stdin.on('drain', feed);
    feed();
    expect(await ended).toBe(2);
    expect(output.stderr).toContain('of input');
  });

  it('do not stop each other when both sides speak before they listen', async () => {
    scene.broker.helpers.set('git', async (call) => {
      call.stdout('a'.repeat(mebibyte));
      const { length } = await textOf(call.stdin);
      call.stdout('b'.repeat(mebibyte));
      return length === mebibyte ? 0 : 9;
    });
    const { child, output, ended } = await scene.start(['git-credential-keytray', 'get']);
    // Nothing is read until all has been written.
    child.stdout.pause();
    await new Promise<void>((resolve) => child.stdin.end('x'.repeat(mebibyte), resolve));
    child.stdout.resume();
    expect([await ended, output.stdout.length]).toEqual([0, 2 * mebibyte]);
  });

  it('leave stdin to others where the protocol has no use for it', async () => {
    scene.broker.helpers.set('aws', async (call) => {
      call.stdout(`[${await textOf(call.stdin)}]`);
      return 0;
    });
    const [file, ...args] = await client.command(['keytray', 'helper', 'aws', 'get']);
    const words = ['-c', '"$@"; cat', 'sh', file, ...args];
    const both = await scene.run(['/bin/sh', ...words], 'for the next\n', { plain: true });
    expect(both).toEqual({ status: 0, stdout: '[]for the next\n', stderr: '' });
  });

  it('end with one line, and what came before it, when the broker is killed while it answers', async () => {
    const socketPath = join(scene.socket.folder, 'killed.sock');
    await scene.listen(socketPath, (connection) => {
      connection.on('error', () => undefined);
      connection.end(
        Buffer.concat([Buffer.from(switched), encodeFrame('O', 'username=ada\n'), Buffer.from('O\0\0\x01')]),
      );
    });
    const result = await scene.run(['git-credential-keytray', 'get'], '', { socketPath });
    // Too late for another answer.
    expect(result).toEqual({ status: 1, stdout: 'username=ada\n', stderr: 'keytray: the call was cut off\n' });
  });

  it('take an answer that comes in single bytes, and with it', async () => {
    const socketPath = join(scene.socket.folder, 'slow.sock');
    const answer = [
      encodeFrame('O'),
      encodeFrame('O', 'slow\n'),
      encodeFrame('R', 'a line\n'),
      encodeFrame('X', '\x05'),
    ];
    await scene.listen(socketPath, async (connection) => {
      connection.on('error', () => undefined);
      for (const byte of Buffer.concat([Buffer.from(switched), ...answer])) {
        connection.write(Uint8Array.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    const result = await scene.run(['git-credential-keytray', 'get'], '', { socketPath });
    expect(result).toEqual({ status: 5, stdout: 'slow\n', stderr: 'a line\n' });
  });

  it('may be closed from the start', async () => {
    scene.broker.helpers.set('git', async (call) => {
      call.stdout('unheard');
      return (await textOf(call.stdin)).length;
    });
    const [file, ...args] = await client.command(['git-credential-keytray', 'get']);
    const words = ['-c', '"$@" <&- >&- 2>&-', 'sh', file, ...args];
    expect(await scene.run(['/bin/sh', ...words], '', { plain: true })).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it('need no reader', async () => {
    scene.broker.helpers.set('git', async (call) => {
      call.stdout('x'.repeat(mebibyte));
      return 3;
    });
    const { child, ended } = await scene.start(['git-credential-keytray', 'get']);
    child.stdout.destroy();
    expect(await ended).toBe(3);
  });
});

describe('a broker that falls silent', () => {
  const silence = 400;
  const nothing = () => undefined;

  /** Resolves to the number of signs of life it has given. */
  async function listen(scene: Scene, socketPath: string): Promise<() => number> {
    let signs = 0;
    await scene.listen(socketPath, (connection) => {
      connection.write(switched);
      const timer = setInterval(() => {
        signs += 1;
        connection.write(encodeFrame('O'));
        if (signs === 10) clearInterval(timer);
      }, 50);
      connection.on('error', nothing).resume();
    });
    return () => signs;
  }

  it('is waited for as long as it shows signs of life, and no longer', async () => {
    const client = nativeWithSilence(silence);
    await using scene = await openScene(client);
    const socketPath = join(scene.socket.folder, 'silent.sock');
    const signs = await listen(scene, socketPath);
    const { ended, output } = await scene.start(['keytray', 'helper', 'bazel', 'get'], { socketPath });
    expect([await ended, output.stderr, signs()]).toEqual([6, 'keytray: no answer\n', 10]);

    const request = { protocol: 'git', operation: 'get', argv: [], variables: [], cwd: '/' };
    const again = join(scene.socket.folder, 'again.sock');
    const signsAgain = await listen(scene, again);
    const streams = { stdin: new PassThrough(), stdout: nothing, stderr: nothing, silence };
    const call = callHelper(connect(again), request, streams);
    await expect(call).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    expect(signsAgain()).toBe(10);
  });
});
