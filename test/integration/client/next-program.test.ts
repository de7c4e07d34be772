import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../core/secret.ts';
import type { NextProgram } from '../../../core/wire/helper-call.ts';
import { clients, removeClients } from './clients.ts';
import { openScene, type Scene } from './scene.ts';

afterAll(removeClients);

const plain: NextProgram = { name: 'psql', argv: undefined, variables: {}, files: {} };

describe.each(clients)('becoming another program, $title', (client) => {
  let scene: Scene;
  let env: NodeJS.ProcessEnv;

  beforeEach(async () => {
    scene = await openScene(client);
    const bin = join(scene.socket.folder, 'bin');
    await mkdir(bin);
    env = { PATH: `${bin}:/usr/bin:/bin` };
  });

  afterEach(async () => {
    await scene[Symbol.asyncDispose]();
  });

  const install = async (name: string, script: string): Promise<void> => {
    await writeFile(join(scene.socket.folder, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  };
  const becomes = (program: Partial<NextProgram>, status = 0): void => {
    scene.broker.helpers.set('postgres', async (call) => {
      call.become({ ...plain, ...program });
      return status;
    });
  };

  it('keeps arguments, environment, stdin and status', async () => {
    await install('psql', 'printf "%s," "$@"; echo "$SECRET"; cat; exit 9');
    becomes({});
    const result = await scene.run(['psql-keytray', 'a b', '', '-c'], 'select 1;\n', { env });
    expect(result).toEqual({ status: 9, stdout: 'a b,,-c,not yours\nselect 1;\n', stderr: '' });
  });

  it('takes the arguments and variables it is told', async () => {
    await install('psql', 'echo "$@ $PGSSLMODE"');
    becomes({ argv: ['x', 'y z'], variables: { PGSSLMODE: 'ada=l' } });
    expect(await scene.run(['psql-keytray', 'no'], '', { env })).toMatchObject({ status: 0, stdout: 'x y z ada=l\n' });
  });

  it('gives files that are on no disk, that only the user can read, and that can be read again', async () => {
    await install('psql', 'stat -L -c "%F %a" "$PGPASSFILE"; cat "$PGPASSFILE" "$PGPASSFILE" "$PGSERVICEFILE"');
    const content = 'h:5432:*:ada:at-1\n';
    becomes({ files: { PGPASSFILE: new Secret(content), PGSERVICEFILE: new Secret('o\0\n') } });
    const result = await scene.run(['psql-keytray'], '', { env });
    expect(result).toEqual({ status: 0, stdout: `regular file 600\n${content}${content}o\0\n`, stderr: '' });
    expect(await readdir(scene.socket.folder)).not.toContain('PGPASSFILE');
  });

  it('does not find our own programs, nor itself by a link', async () => {
    const own = await client.own();
    await symlink(own, join(scene.socket.folder, 'bin', 'psql'));
    becomes({});
    const folder = join(scene.socket.folder, 'bin');
    expect(await scene.run(['psql-keytray'], '', { env: { PATH: folder } })).toEqual({
      status: 127,
      stdout: '',
      stderr: 'keytray: psql: not found on PATH\n',
    });
    const later = join(scene.socket.folder, 'later');
    await mkdir(later);
    await writeFile(join(later, 'psql'), '#!/bin/sh\necho theirs\n', { mode: 0o755 });
    const path = { PATH: `${dirname(own)}:${folder}:${later}` };
    expect(await scene.run(['psql-keytray'], '', { env: path })).toMatchObject({ status: 0, stdout: 'theirs\n' });
  });

  it('leaves out entries of PATH that are empty or relative', async () => {
    await install('psql', 'echo of the folder it stands in');
    becomes({});
    const cwd = join(scene.socket.folder, 'bin');
    for (const path of ['/usr/sbin:', ':/usr/sbin', '.', '../bin:/usr/sbin', 'bin']) {
      const result = await scene.run(['psql-keytray'], '', { env: { PATH: path }, cwd });
      expect({ path, ...result }).toEqual({
        path,
        status: 127,
        stdout: '',
        stderr: 'keytray: psql: not found on PATH\n',
      });
    }
  });

  it.each<[string, Partial<NextProgram>]>([
    ['a program it does not know', { name: 'sh' }],
    ['a program whose name begins like one it knows', { name: 'psql-15' }],
    ['a variable that loads code', { variables: { LD_PRELOAD: '/tmp/x.so' } }],
    ['a variable of another program', { variables: { KEYTRAY_TOKEN_LAB: 'at-1' } }],
    ['a variable whose name begins like a listed one', { variables: { PGSSLMODE_: 'require' } }],
    ['a file for a variable that is not given one', { files: { PGSSLROOTCERT: new Secret('x') } }],
    ['a variable where a file belongs', { variables: { PGPASSFILE: '/tmp/x' } }],
    ['any variable, as the next keyring', { name: 'keyring', variables: { PGSSLMODE: 'require' } }],
  ])('refuses %s', async (_, program) => {
    for (const name of ['sh', 'psql-15', 'psql', 'keyring']) await install(name, 'echo started');
    becomes(program);
    const result = await scene.run(['psql-keytray'], '', { env });
    expect(result).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(/^keytray: .*\n$/) });
  });

  it('becomes what the caller names itself, with what such a program is given', async () => {
    await install('toolx', 'echo "$@ $AWS_ROLE_ARN"; cat "$WGETRC"');
    becomes({ name: 'toolx', argv: ['b'], variables: { AWS_ROLE_ARN: 'arn:1' }, files: { WGETRC: new Secret('x\n') } });
    expect(await scene.run(['psql-keytray', 'exec', '--', 'toolx', 'b'], '', { env })).toMatchObject({
      status: 0,
      stdout: 'b arn:1\nx\n',
    });
    becomes({ name: 'toolx', variables: { LD_PRELOAD: '/tmp/x.so' } });
    expect(await scene.run(['psql-keytray', '--', 'toolx'], '', { env })).toMatchObject({ status: 2, stdout: '' });
  });

  it('gives Maven the variable of each account', async () => {
    await install('mvn', 'echo "$KEYTRAY_TOKEN_LAB $KEYTRAY_TOKEN_GITLAB_WORK"');
    becomes({ name: 'mvn', variables: { KEYTRAY_TOKEN_LAB: 'at-1', KEYTRAY_TOKEN_GITLAB_WORK: 'at-2' } });
    expect(await scene.run(['psql-keytray'], '', { env })).toMatchObject({ status: 0, stdout: 'at-1 at-2\n' });
  });

  it('happens only where the helper has succeeded', async () => {
    await install('psql', 'echo started');
    becomes({}, 4);
    expect(await scene.run(['psql-keytray'], '', { env })).toEqual({ status: 4, stdout: '', stderr: '' });
  });

  describe('under the name of another program', () => {
    const asked = ['keyring', 'get', 'a b', 'ada'] as const;

    it('leaves to it what the broker leaves to it', async () => {
      await install('keyring', 'printf "%s," "$@"; exit 3');
      scene.broker.helpers.set('pip', async (call) => {
        call.become({ ...plain, name: 'keyring' });
        return 0;
      });
      expect(await scene.run([...asked], '', { env })).toEqual({ status: 3, stdout: 'get,a b,ada,', stderr: '' });
    });

    it('leaves everything to it while there is no broker to ask', async () => {
      await install('keyring', 'printf "%s," "$@"; cat; exit 3');
      const socketPath = join(scene.socket.folder, 'nobody');
      const result = await scene.run(['keyring', 'set', 'x', 'ada'], 'secret\n', { env, socketPath });
      expect(result).toEqual({ status: 3, stdout: 'set,x,ada,secret\n', stderr: '' });
    });

    it('knows nothing where there is none, and says nothing', async () => {
      scene.broker.helpers.set('pip', async (call) => {
        call.become({ ...plain, name: 'keyring' });
        return 0;
      });
      const nothing = { status: 1, stdout: '', stderr: '' };
      expect(await scene.run([...asked], '', { env })).toEqual(nothing);
      const socketPath = join(scene.socket.folder, 'nobody');
      expect(await scene.run([...asked], '', { env, socketPath })).toEqual(nothing);
    });
  });

  it('ends with the signal that ends the program', async () => {
    await install('psql', 'kill -TERM $$');
    becomes({});
    // A twin that is not that process can only say so.
    expect([143, null]).toContain((await scene.run(['psql-keytray'], '', { env })).status);
  });
});
