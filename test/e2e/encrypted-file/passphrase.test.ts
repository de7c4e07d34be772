import { chmod, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { layCheapFile } from '../../support/cheap-file.ts';
import { watchProcesses } from '../../support/process-watch.ts';
import { createScene, type Scene } from './scene.ts';
import { filesShowing, openedBy } from './sealed-files.ts';

const passphrase = 'correct horse battery staple';
const other = 'another horse, another staple';
const wrong = 'a wrong horse, a wrong staple';

describe('the passphrase of the encrypted file', () => {
  let scene: Scene;

  beforeEach(async () => {
    scene = await createScene('encrypted-file');
  });
  afterEach(() => scene.close());

  const token = () => scene.keytray.run(['token', 'lab']);
  const state = async () => (await scene.keytray.api.account('lab')).state;
  const leave = async (text: string): Promise<void> => {
    const file = path.join(scene.keytray.folder, 'passphrase');
    await writeFile(file, `${text}\n`);
    await chmod(file, 0o600);
    scene.keytray.env.KEYTRAY_PASSPHRASE_FILE = file;
  };
  const modeOf = async (file: string) => (await stat(file)).mode & 0o777;
  const expectSealed = async (): Promise<void> => {
    expect(await modeOf(scene.state)).toBe(0o700);
    expect(await modeOf(path.join(scene.state, 'tokens.sealed'))).toBe(0o600);
    expect((await openedBy(scene.state, passphrase)).get('tokens.sealed')).toEqual(['lab']);
    expect((await openedBy(scene.state, wrong)).size).toBe(0);
    const tokens = scene.server.issued.flatMap(({ access, refresh }) => [access, refresh]);
    expect(tokens.length).toBeGreaterThan(0);
    expect(await filesShowing(scene.state, [...tokens, passphrase])).toEqual([]);
  };
  /** Signed in, then restarted. */
  const expectKept = async (restart: () => Promise<unknown>): Promise<void> => {
    await scene.signIn();
    await expectSealed();
    await scene.kill();
    await restart();
    expect(await token()).toMatchObject({ status: 0, stdout: `${scene.server.issued.at(-1)?.access}\n` });
    expect(await scene.refreshes()).toBe(true);
  };

  it('comes from a file that the environment names', async () => {
    await leave(passphrase);
    await scene.keytray.startAgent();
    await expectKept(() => scene.keytray.startAgent());
  });

  it('comes from an open descriptor', async () => {
    await scene.startWithDescriptor(passphrase);
    await expectKept(() => scene.startWithDescriptor(passphrase));
  });

  it('comes from a pipe', async () => {
    const unlock = () => scene.keytray.run(['unlock'], { input: `${passphrase}\n` });
    await scene.keytray.startAgent();
    expect(await readdir(scene.state)).not.toContain('tokens.sealed');
    expect(await unlock()).toMatchObject({ status: 0, stdout: expect.stringContaining('Made the encrypted file') });
    await expectKept(async () => {
      await scene.keytray.startAgent();
      const refused = await token();
      expect(refused).toMatchObject({ status: 7, stdout: '', stderr: expect.stringContaining('keytray unlock') });
      expect(await state()).toBe('locked');
      expect(await unlock()).toMatchObject({ status: 0, stdout: expect.stringContaining('is unlocked') });
    });
  });

  it('comes from a terminal, asked twice the first time and never shown', async () => {
    await scene.keytray.startAgent();
    const slip = await scene.onTerminal('unlock', [
      ['Choose a passphrase', `${passphrase}\r`],
      ['The same again', `${wrong}\r`],
    ]);
    expect(slip).toMatchObject({ status: 2, screen: expect.stringContaining('the two passphrases differ') });
    expect(await readdir(scene.state)).not.toContain('tokens.sealed');
    const made = await scene.onTerminal('unlock', [
      ['Choose a passphrase', `${passphrase}\r`],
      ['The same again', `${passphrase}\r`],
    ]);
    expect(made).toMatchObject({ status: 0, screen: expect.stringContaining('Made the encrypted file') });
    await expectKept(async () => {
      await scene.keytray.startAgent();
      const unlocked = await scene.onTerminal('unlock', [['Passphrase of the encrypted file', `${passphrase}\r`]]);
      expect(unlocked).toMatchObject({ status: 0, screen: expect.stringContaining('is unlocked') });
      expect(`${slip.screen}${made.screen}${unlocked.screen}`).not.toContain('horse');
    });
  });

  it('that is wrong is refused and changes nothing, whatever source it comes from', async () => {
    await layCheapFile(scene.state, passphrase);
    await scene.startWithDescriptor(passphrase);
    await scene.signIn();
    await scene.kill();
    const before = await readFile(path.join(scene.state, 'tokens.sealed'));

    await scene.keytray.startAgent();
    const refused = await scene.keytray.run(['unlock'], { input: `${wrong}\n` });
    expect(refused).toMatchObject({ status: 5, stdout: '' });
    expect(refused.stderr).toContain('not the passphrase');
    expect(refused.stderr).toContain('Try again: keytray unlock');
    expect(await state()).toBe('locked');
    expect(await token()).toMatchObject({ status: 7, stdout: '' });
    await scene.kill();

    await scene.startWithDescriptor(wrong);
    expect(await token()).toMatchObject({ status: 7, stderr: expect.stringContaining('not the right one') });
    await scene.kill();
    await leave(wrong);
    await scene.keytray.startAgent();
    expect(await token()).toMatchObject({ status: 7, stderr: expect.stringContaining('not the right one') });
    expect(await state()).toBe('locked');
    expect(await readFile(path.join(scene.state, 'tokens.sealed'))).toEqual(before);

    expect(await scene.keytray.run(['unlock'], { input: `${passphrase}\n` })).toMatchObject({ status: 0 });
    expect(await scene.refreshes()).toBe(true);
  });

  it('is not blamed for a damaged file', async () => {
    await layCheapFile(scene.state, passphrase);
    await scene.startWithDescriptor(passphrase);
    await scene.signIn();
    await scene.kill();
    const file = path.join(scene.state, 'tokens.sealed');
    for (const name of [file, `${file}.previous`]) await truncate(name, 100);
    const damaged = await readFile(file);

    await scene.keytray.startAgent();
    for (const said of [passphrase, wrong]) {
      const refused = await scene.keytray.run(['unlock'], { input: `${said}\n` });
      expect(refused).toMatchObject({ status: 7, stderr: expect.stringContaining('damaged beyond use') });
      expect(refused.stderr).not.toContain('passphrase');
    }
    expect(await token()).toMatchObject({ status: 7, stderr: expect.stringContaining('damaged beyond use') });
    expect(await state()).toBe('locked');
    expect(await readFile(file)).toEqual(damaged);
  });

  it('is wanted again after keytray lock, and unlocking heals without a restart', async () => {
    await layCheapFile(scene.state, passphrase);
    await leave(passphrase);
    await scene.keytray.startAgent();
    await scene.signIn();
    expect(await token()).toMatchObject({ status: 0 });
    expect(await scene.keytray.run(['lock'])).toMatchObject({ status: 0 });
    expect(await token()).toMatchObject({ status: 7, stdout: '', stderr: expect.stringContaining('keytray unlock') });
    expect(await state()).toBe('locked');
    expect(await scene.keytray.run(['unlock'], { input: `${passphrase}\n` })).toMatchObject({ status: 0 });
    expect(await state()).toBe('active');
    expect(await scene.refreshes()).toBe(true);
  });

  it('can be changed, after which the old one opens nothing on the disk', async () => {
    await layCheapFile(scene.state, passphrase);
    await scene.startWithDescriptor(passphrase);
    await scene.signIn();
    expect(await scene.refreshes()).toBe(true);
    expect([...(await openedBy(scene.state, passphrase)).keys()]).toContain('tokens.sealed.previous');

    const refused = await scene.keytray.run(['passphrase'], { input: `${wrong}\n${other}\n` });
    expect(refused).toMatchObject({ status: 5, stderr: expect.stringContaining('Try again: keytray passphrase') });
    const changed = await scene.keytray.run(['passphrase'], { input: `${passphrase}\n${other}\n` });
    expect(changed).toMatchObject({ status: 0, stdout: 'The passphrase is changed.\n' });
    expect((await openedBy(scene.state, passphrase)).size).toBe(0);
    expect((await openedBy(scene.state, other)).get('tokens.sealed')).toEqual(['lab']);
    expect(await scene.refreshes()).toBe(true);
    expect((await openedBy(scene.state, passphrase)).size).toBe(0);

    await scene.kill();
    await scene.keytray.startAgent();
    expect(await scene.keytray.run(['unlock'], { input: `${passphrase}\n` })).toMatchObject({ status: 5 });
    expect(await scene.keytray.run(['unlock'], { input: `${other}\n` })).toMatchObject({ status: 0 });
    expect(await scene.refreshes()).toBe(true);
  });

  it.each([
    ['sealed_temp_written', passphrase, other],
    ['sealed_renamed', other, passphrase],
  ] as const)('is one of the two, never both and never none, after a kill at %s', async (barrier, working, refused) => {
    await layCheapFile(scene.state, passphrase);
    await scene.startWithDescriptor(passphrase);
    await scene.signIn();
    await scene.kill();
    const { reached } = await scene.startStoppingAt(barrier);
    const changing = scene.keytray.run(['passphrase'], { input: `${passphrase}\n${other}\n` });
    await reached;
    await scene.kill();
    expect(await changing).not.toMatchObject({ status: 0 });

    await scene.keytray.startAgent();
    expect(await scene.keytray.run(['unlock'], { input: `${refused}\n` })).toMatchObject({ status: 5 });
    expect(await scene.keytray.run(['unlock'], { input: `${working}\n` })).toMatchObject({ status: 0 });
    expect(await scene.refreshes()).toBe(true);
  });

  it('is in no command line, environment, file or output', async () => {
    const processes = watchProcesses();
    try {
      await layCheapFile(scene.state, passphrase);
      await leave(passphrase);
      scene.keytray.env.KEYTRAY_LOG_LEVEL = 'debug';
      await scene.keytray.startAgent();
      await scene.signIn();
      const ran = [
        await scene.keytray.run(['lock']),
        await scene.keytray.run(['unlock'], { input: `${wrong}\n` }),
        await scene.keytray.run(['unlock'], { input: `${passphrase}\n` }),
        await scene.keytray.run(['passphrase'], { input: `${passphrase}\n${other}\n` }),
        await scene.keytray.run(['status', '--json']),
        // A mistake of the person's: on the command line it is refused, and not repeated.
        await scene.keytray.run(['unlock'], { input: `${other}\nsecond line` }),
      ];
      const said = ran.map(({ stdout, stderr }) => stdout + stderr).join('\n');
      for (const secret of [passphrase, other, wrong]) {
        expect(processes.seen()).not.toContain(secret);
        expect(said).not.toContain(secret);
      }
      const shown = await filesShowing(scene.keytray.folder, [passphrase, other, wrong]);
      expect(shown).toEqual([scene.keytray.env.KEYTRAY_PASSPHRASE_FILE]);
      expect(processes.looks).toBeGreaterThan(20);
      expect(processes.seen()).toContain('KEYTRAY_PASSPHRASE_FILE');
    } finally {
      processes.stop();
    }
  });
});
