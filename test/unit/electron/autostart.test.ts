import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { linuxAutostart, startAtLogin } from '../../../electron/autostart.ts';
import { autostartName, autostartText, execWord, judgeAutostart } from '../../../electron/linux/autostart-file.ts';
import { machine, resetElectron } from '../../support/electron-stand-in/index.ts';

describe('the program of an autostart entry', () => {
  it.each([
    ['/usr/bin/keytray', '"/usr/bin/keytray"'],
    ['/home/a da/Keytray.AppImage', '"/home/a da/Keytray.AppImage"'],
    ['/opt/100%/x', '"/opt/100%%/x"'],
    ['/opt/$HOME/`x`/"y"', '"/opt/\\\\$HOME/\\\\`x\\\\`/\\\\"y\\\\""'],
    ['/opt/a\\b', '"/opt/a\\\\\\\\b"'],
  ])('%s', (program, word) => {
    expect(execWord(program)).toBe(word);
  });

  it('is one line', () => {
    expect(() => execWord('/opt/a\nHidden=true')).toThrow(RangeError);
  });
});

describe('an autostart entry', () => {
  it('is ours by our own mark only', () => {
    const ours = autostartText('/usr/bin/keytray-desktop');
    expect(judgeAutostart(undefined)).toBe('absent');
    expect(judgeAutostart(ours)).toBe('ours');
    expect(judgeAutostart(ours.replace('X-Keytray-Autostart=true\n', ''))).toBe('foreign');
    expect(judgeAutostart(`${ours}Hidden=true\n`)).toBe('ours_disabled');
    expect(judgeAutostart(ours.replace('enabled=true', 'enabled=false'))).toBe('ours_disabled');
    expect(judgeAutostart('')).toBe('foreign');
  });
});

describe('starting at login on Linux', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    resetElectron();
    folder = await mkdtemp(join(tmpdir(), 'keytray-autostart-'));
    file = join(folder, 'autostart', autostartName);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('writes and removes its own file', async () => {
    const setting = linuxAutostart({ XDG_CONFIG_HOME: folder }, '/usr/lib/keytray/keytray-desktop');
    expect(await setting.view()).toEqual({ on: false });
    await setting.set(true);
    expect(await setting.view()).toEqual({ on: true });
    expect(await readFile(file, 'utf8')).toContain('Exec="/usr/lib/keytray/keytray-desktop" --autostart\n');
    await setting.set(false);
    expect(await setting.view()).toEqual({ on: false });
    await setting.set(false);
  });

  it('names the AppImage, which stays where it is', async () => {
    await linuxAutostart({ HOME: folder, APPIMAGE: '/home/ada/Keytray.AppImage' }, '/tmp/.mount_x/keytray').set(true);
    const text = await readFile(join(folder, '.config/autostart', autostartName), 'utf8');
    expect(text).toContain('Exec="/home/ada/Keytray.AppImage" --autostart\n');
  });

  it('leaves a file of somebody else alone', async () => {
    const text = '[Desktop Entry]\nExec=mine\n';
    await mkdir(dirname(file));
    await writeFile(file, text);
    const setting = linuxAutostart({ XDG_CONFIG_HOME: folder }, '/usr/bin/keytray');
    expect(await setting.view()).toEqual({ on: true, hindrance: expect.stringContaining(file) });
    await expect(setting.set(true)).rejects.toMatchObject({ code: 'misconfigured' });
    await expect(setting.set(false)).rejects.toMatchObject({ code: 'misconfigured' });
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('says why it cannot where it is not installed, or belongs to the sandbox', async () => {
    const env = { XDG_CONFIG_HOME: folder };
    expect(await startAtLogin(env, 'linux', '/x').view()).toMatchObject({
      on: false,
      hindrance: expect.stringContaining('installed'),
    });
    machine.packaged = true;
    expect(await startAtLogin(env, 'linux', '/x').view()).toEqual({ on: false });
    const flatpak = startAtLogin({ ...env, FLATPAK_ID: 'dev.keytray.desktop' }, 'linux', '/x');
    await expect(flatpak.set(true)).rejects.toMatchObject({ code: 'misconfigured' });
  });
});
