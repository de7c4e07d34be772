import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, link, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeytrayError } from '../../../core/errors.ts';
import { readHelperOpening } from '../../../core/local-api/helper-stream/helper-opening.ts';
import { encodeFrame } from '../../../core/wire/frames.ts';
import type { HelperCall } from '../../../core/wire/helper-call.ts';
import { startBrokerSocket } from '../../support/broker-socket.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { clients, removeClients } from './clients.ts';
import { openScene, type Scene, textOf, until, type Words } from './scene.ts';

afterAll(removeClients);

describe.each(clients)('$title', (client) => {
  let scene: Scene;

  beforeEach(async () => {
    scene = await openScene(client);
  });

  afterEach(async () => {
    await scene[Symbol.asyncDispose]();
  });

  describe('the client', () => {
    it('forwards what git said, and answers what the broker answers', async () => {
      let call: HelperCall | undefined;
      scene.broker.helpers.set('git', async (made) => {
        call = made;
        made.stdout(`${await textOf(made.stdin)}password=at-1\n`);
        made.stderr('keytray: a hint');
        return 0;
      });
      const result = await scene.run(['git-credential-keytray', '--x', 'get'], 'protocol=https\nhost=x\n');
      expect(result).toEqual({
        status: 0,
        stdout: 'protocol=https\nhost=x\npassword=at-1\n',
        stderr: 'keytray: a hint\n',
      });
      expect(call).toMatchObject({ operation: 'get', argv: ['--x', 'get'], cwd: scene.socket.folder });
      // No variable of the tool's environment that the protocol does not list.
      expect({ ...call?.env }).toEqual({});
    });

    it('passes on a cluster as long as Linux gives a variable to a program', async () => {
      let seen: string | undefined;
      scene.broker.helpers.set('kubernetes', async (call) => {
        seen = call.env.KUBERNETES_EXEC_INFO;
        return 0;
      });
      const longest = 'x'.repeat(128 * 1024 - 'KUBERNETES_EXEC_INFO='.length - 1);
      const env = { KUBERNETES_EXEC_INFO: longest };
      expect(await scene.run(['keytray', 'helper', 'kubernetes', 'get'], '', { env })).toMatchObject({ status: 0 });
      expect(seen).toBe(longest);
    });

    it('begins in the words the broker knows without reading them', async () => {
      const socketPath = join(scene.socket.folder, 'other.sock');
      const begun = new Promise<Buffer>((resolve) => {
        void scene.listen(socketPath, (connection) => connection.once('data', resolve));
      });
      await scene.start(['git-credential-keytray', "a b/ü?*!'()"], { socketPath });
      const opening = readHelperOpening(await begun);
      expect(opening?.request.url).toBe("/v1/helpers/git/a%20b%2F%C3%BC%3F*!'()");
      expect(opening?.head.subarray(0, 5)).toEqual(encodeFrame('A', "a b/ü?*!'()").subarray(0, 5));
    });

    it('serves `keytray helper` the same way', async () => {
      scene.broker.helpers.set('docker', async (call) => {
        call.stdout(`${call.operation} ${call.argv.join(',')}`);
        return 7;
      });
      expect(await scene.run(['keytray', 'helper', 'docker', 'list', 'a'])).toEqual({
        status: 7,
        stdout: 'list list,a',
        stderr: '',
      });
    });

    it('ends when the answer ends, though nobody closes stdin', async () => {
      scene.broker.helpers.set('git', async (call) => {
        call.stdout('done\n');
        return 0;
      });
      const { ended, output } = await scene.start(['git-credential-keytray', 'get']);
      expect([await ended, output.stdout]).toEqual([0, 'done\n']);
    });

    it('passes on what the broker says before anything is on stdin, and stdin as it comes', async () => {
      scene.broker.helpers.set('cargo', async (call) => {
        call.stdout('hello\n');
        for await (const chunk of call.stdin) call.stdout(`got ${Buffer.from(chunk).toString()}\n`);
        return 0;
      });
      const { child, output, ended } = await scene.start(['keytray', 'helper', 'cargo', 'get']);
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
      scene.broker.helpers.set('git', async (call) => {
        received = await textOf(call.stdin);
        call.stdout('x'.repeat(300_000));
        return 0;
      });
      const { child, output, ended } = await scene.start(['git-credential-keytray', 'get']);
      child.stdin.end(Buffer.from(input, 'latin1'));
      expect([await ended, output.stdout.length, received === input]).toEqual([0, 300_000, true]);
    });

    it('ends the call when it is killed', async () => {
      let signal: AbortSignal | undefined;
      scene.broker.helpers.set('git', async (call) => {
        signal = call.signal;
        return await new Promise(() => undefined);
      });
      const { child } = await scene.start(['git-credential-keytray', 'get']);
      await until(() => signal !== undefined);
      child.kill('SIGKILL');
      await until(() => signal?.aborted === true);
    });

    it('works in a folder that is no more', async () => {
      let cwd: string | undefined;
      scene.broker.helpers.set('git', async (call) => {
        cwd = call.cwd;
        return 0;
      });
      const gone = join(scene.socket.folder, 'gone');
      await mkdir(gone);
      const command: readonly string[] = await client.command(['git-credential-keytray', 'get']);
      const shell = spawn('/bin/sh', ['-c', 'rmdir "$PWD" && exec "$@"', 'sh', ...command], {
        cwd: gone,
        env: { KEYTRAY_SOCKET: scene.socket.socketPath, HOME: scene.socket.folder },
        stdio: 'ignore',
      });
      expect(await once(shell, 'exit')).toEqual([0, null]);
      expect(cwd).toBe('/');
    });

    it.each<[Words]>([[['git-credential-keytray']], [['keytray', 'helper', 'git']]])(
      '%j is told how it is called',
      async (args) => {
        const result = await scene.run(args);
        expect([result.status, result.stdout]).toEqual([2, '']);
        expect(result.stderr).toMatch(/^usage: .*\n$/);
      },
    );
  });

  describe('a client that gets no answer', () => {
    it('because nobody listens says how to start it, in the protocol too', async () => {
      const socketPath = join(scene.socket.folder, 'nobody.sock');
      const line = 'keytray: not running; start it with: keytray start';
      const stderr = `${line}\n`;
      const run = (...args: Words) => scene.run(args, '', { socketPath });
      // Git stops and asks nobody for a password.
      expect(await run('git-credential-keytray', 'get')).toEqual({ status: 1, stdout: 'quit=1\n', stderr });
      expect(await run('git-credential-keytray', 'store')).toEqual({ status: 3, stdout: '', stderr });
      expect(await run('keytray', 'helper', 'docker', 'get')).toEqual({ status: 3, stdout: stderr, stderr });
      expect(await run('keytray', 'helper', 'kubernetes', 'get')).toEqual({ status: 3, stdout: '', stderr });
      const said = JSON.stringify({ version: 1, success: false, code: 'KEYTRAY', message: line });
      expect(await run('keytray', 'helper', 'google', 'get')).toEqual({ status: 0, stdout: `${said}\n`, stderr: '' });
    });

    it('greets cargo, and hears what it wants before it says that there is nothing', async () => {
      const socketPath = join(scene.socket.folder, 'nobody.sock');
      const { child, output, ended } = await scene.start(['cargo-credential-keytray', '--cargo-plugin'], {
        socketPath,
      });
      await until(() => output.stdout.split('\n').length === 3);
      child.stdin.write('{"v":1,"registry":{"index-url":"sparse+https://x/"},"kind":"get"}\n');
      expect(await ended).toBe(0);
      const message = 'keytray: not running; start it with: keytray start';
      expect(
        output.stdout
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line)),
      ).toEqual([{ v: [1] }, { Err: { kind: 'other', message, 'caused-by': [] } }]);
    });

    it('because the broker was killed says the same', async () => {
      const socketPath = join(scene.socket.folder, 'stale.sock');
      const perl = 'socket(my $s, AF_UNIX, SOCK_STREAM, 0); bind($s, sockaddr_un($ARGV[0])) or die';
      await once(spawn('/usr/bin/perl', ['-MSocket', '-e', perl, socketPath]), 'exit');
      expect((await stat(socketPath)).isSocket()).toBe(true);
      expect(await scene.run(['git-credential-keytray', 'get'], '', { socketPath })).toMatchObject({
        status: 1,
        stdout: 'quit=1\n',
      });
    });

    it('because the call was cut off ends with one line', async () => {
      const socketPath = join(scene.socket.folder, 'rude.sock');
      await scene.listen(socketPath, (connection) => connection.destroy());
      const result = await scene.run(['keytray', 'helper', 'docker', 'get'], '', { socketPath });
      const line = 'keytray: the call was cut off\n';
      expect(result).toEqual({ status: 6, stdout: line, stderr: line });
    });

    it.each(['SSH-2.0-x\r\n\r\n', 'HTTP/1.1 101 Switching Protocols\r\n\r\nQ\0\0\0\0'])(
      'but something else (%j) ends with one line',
      async (text) => {
        const socketPath = join(scene.socket.folder, 'other.sock');
        await scene.listen(socketPath, (connection) => connection.write(text));
        const result = await scene.run(['git-credential-keytray', 'get'], '', { socketPath });
        expect([result.status, result.stdout]).toEqual([1, 'quit=1\n']);
        expect(result.stderr).toMatch(/^keytray: .*\n$/);
      },
    );

    it('but a refusal says why', async () => {
      await using foreign = await startBrokerSocket(scene.broker, { uid: 4242 });
      const result = await scene.run(['git-credential-keytray', 'get'], '', { socketPath: foreign.socketPath });
      expect([result.status, result.stdout]).toEqual([1, 'quit=1\n']);
      expect(result.stderr).toContain('this broker serves uid 4242');
    });

    it('but a failure ends as the broker says', async () => {
      scene.broker.helpers.set('git', async () => {
        throw new KeytrayError('keychain_locked', 'the keychain is locked');
      });
      expect(await scene.run(['keytray', 'helper', 'git', 'get'])).toEqual({
        status: 7,
        stdout: '',
        stderr: 'keytray: the keychain is locked\n',
      });
    });
  });

  describe('a socket that is not ours', () => {
    /** Resolves to the number of connections somebody else got to see. */
    async function foreignSocket(path: string): Promise<() => number> {
      let connections = 0;
      await scene.listen(path, () => {
        connections += 1;
      });
      await chmod(path, 0o777);
      return () => connections;
    }

    needsRoot('because somebody else made it is not talked to', async () => {
      const socketPath = join(scene.socket.folder, 'theirs.sock');
      const connections = await foreignSocket(socketPath);
      await chown(socketPath, 65534, 65534);
      const result = await scene.run(['git-credential-keytray', 'get'], '', { socketPath });
      expect([result.status, result.stdout, connections()]).toEqual([1, 'quit=1\n', 0]);
      expect(result.stderr).toMatch(/belongs to uid 65534.*without sudo/);
    });

    needsRoot('because its folder is somebody else’s is not talked to', async () => {
      const folder = join(scene.socket.folder, 'theirs');
      await mkdir(folder);
      const connections = await foreignSocket(join(folder, 'keytray.sock'));
      await chown(folder, 65534, 65534);
      const result = await scene.run(['git-credential-keytray', 'get'], '', {
        socketPath: join(folder, 'keytray.sock'),
      });
      expect([result.status, connections()]).toEqual([1, 0]);
    });

    it('because others can replace it is not talked to; a sticky folder keeps them off', async () => {
      const folder = join(scene.socket.folder, 'open');
      await mkdir(folder);
      const socketPath = join(folder, 'keytray.sock');
      const connections = await foreignSocket(socketPath);
      await chmod(folder, 0o777);
      const result = await scene.run(['git-credential-keytray', 'get'], '', { socketPath });
      expect([result.status, result.stdout, connections()]).toEqual([1, 'quit=1\n', 0]);
      expect(result.stderr).toContain('others can write');
      await chmod(folder, 0o1777);
      const { child } = await scene.start(['git-credential-keytray', 'get'], { socketPath });
      await until(() => connections() === 1);
      child.kill();
    });

    it('because it has a second name where others can make one is not talked to', async () => {
      const folder = join(scene.socket.folder, 'shared');
      await mkdir(folder);
      const connections = await foreignSocket(join(scene.socket.folder, 'real.sock'));
      const socketPath = join(folder, 'keytray.sock');
      await link(join(scene.socket.folder, 'real.sock'), socketPath);
      await chmod(folder, 0o1777);
      const result = await scene.run(['git-credential-keytray', 'get'], '', { socketPath });
      expect([result.status, result.stdout, connections()]).toEqual([1, 'quit=1\n', 0]);
      expect(result.stderr).toContain('second name');
    });

    needsRoot('because a group can replace it is not talked to, unless it is root’s', async () => {
      const folder = join(scene.socket.folder, 'group');
      await mkdir(folder);
      const socketPath = join(folder, 'keytray.sock');
      const connections = await foreignSocket(socketPath);
      await chmod(folder, 0o770);
      await chown(folder, 0, 100);
      const refused = await scene.run(['git-credential-keytray', 'get'], '', { socketPath });
      expect([refused.status, connections()]).toEqual([1, 0]);
      expect(refused.stderr).toContain(`run: chmod go-w ${folder}`);
      await chown(folder, 0, 0);
      const { child } = await scene.start(['git-credential-keytray', 'get'], { socketPath });
      await until(() => connections() === 1);
      child.kill();
    });
  });
});
