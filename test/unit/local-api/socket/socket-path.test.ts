import { chmod, chown, mkdir, mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseSocketPath, lengthProblem } from '../../../../core/local-api/socket/socket-path.ts';
import { needsRoot } from '../../../support/needs-root.ts';

const uid = process.getuid?.() ?? 0;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keytray-path-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

describe('lengthProblem', () => {
  it.each([
    ['linux', 107],
    ['darwin', 103],
  ] as const)('on %s a path has at most %d bytes', (platform, longest) => {
    const fits = `/${'a'.repeat(longest - 1)}`;
    expect(lengthProblem(fits, platform)).toBeUndefined();
    expect(lengthProblem(`${fits}a`, platform)).toContain(`${longest + 1} bytes`);
    expect(lengthProblem(`${fits}a`, platform)).toContain('KEYTRAY_SOCKET');
    expect(lengthProblem(`/${'ü'.repeat(longest / 2)}aa`, platform)).toBeDefined();
  });

  it('wants an absolute path', () => {
    expect(lengthProblem('keytray.sock', 'linux')).toBeDefined();
  });
});

describe('chooseSocketPath', () => {
  it('makes the folder for its owner alone, with its parents', async () => {
    const path = join(folder, 'state', 'keytray', 'run', 'keytray.sock');
    expect(chooseSocketPath([path], uid)).toBe(path);
    expect(await modeOf(join(folder, 'state', 'keytray', 'run'))).toBe(0o700);
    expect(await modeOf(join(folder, 'state'))).toBe(0o700);
  });

  it('tightens a folder of our name, and leaves others as they are', async () => {
    await mkdir(join(folder, 'keytray'), { mode: 0o755 });
    chooseSocketPath([join(folder, 'keytray', 'keytray.sock')], uid);
    expect(await modeOf(join(folder, 'keytray'))).toBe(0o700);
    await mkdir(join(folder, 'home'), { mode: 0o755 });
    chooseSocketPath([join(folder, 'home', 'keytray.sock')], uid);
    expect(await modeOf(join(folder, 'home'))).toBe(0o755);
  });

  it('refuses a folder others can write to', async () => {
    await mkdir(join(folder, 'open'));
    await chmod(join(folder, 'open'), 0o777);
    expect(() => chooseSocketPath([join(folder, 'open', 's')], uid)).toThrow('chmod 700');
  });

  it('refuses a symbolic link in place of the folder', async () => {
    await mkdir(join(folder, 'real'), { mode: 0o700 });
    await symlink(join(folder, 'real'), join(folder, 'keytray'));
    expect(() => chooseSocketPath([join(folder, 'keytray', 'keytray.sock')], uid)).toThrow('symbolic link');
  });

  it('refuses a folder of somebody else', () => {
    expect(() => chooseSocketPath([join(folder, 's')], uid + 1)).toThrow(`belongs to uid ${uid}`);
  });

  needsRoot('makes nothing inside a folder of somebody else', async () => {
    await mkdir(join(folder, 'theirs'));
    await chown(join(folder, 'theirs'), 65534, 65534);
    expect(() => chooseSocketPath([join(folder, 'theirs', 'keytray', 's')], uid)).toThrow('belongs to uid 65534');
    await expect(stat(join(folder, 'theirs', 'keytray'))).rejects.toThrow('ENOENT');
  });

  it('does not make what login makes', () => {
    expect(() => chooseSocketPath(['/run/user/4242424/keytray/keytray.sock'], uid)).toThrow('does not exist');
  });

  it('takes the first candidate that will do, and names every problem where none does', () => {
    const long = join(folder, 'x'.repeat(120), 'keytray.sock');
    const good = join(folder, 'good', 'keytray.sock');
    expect(chooseSocketPath([long, '/run/user/4242424/keytray/keytray.sock', good], uid)).toBe(good);
    expect(() => chooseSocketPath([long, '/run/user/4242424/keytray/s'], uid)).toThrow(/bytes.*; .*4242424/);
    expect(() => chooseSocketPath([], uid)).toThrow('none was named');
  });
});
