import { chmod, mkdir, mkdtemp, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { linkedNotice, linkTools } from '../../../electron/command-line-tools.ts';

describe('programs linked for the command line', () => {
  let folder: string;
  let bin: string;
  let home: string;
  const names = ['git-credential-keytray', 'keytray'];
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'keytray-link-'));
    bin = path.join(folder, 'Keytray.app/Contents/Resources/keytray/bin');
    home = path.join(folder, 'home/.local/bin');
    await mkdir(bin, { recursive: true });
    for (const name of names) await writeFile(path.join(bin, name), '#!/bin/sh\n');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('go where we may write, into a folder that is made if need be', async () => {
    const missing = path.join(folder, 'usr/local/bin');
    expect(await linkTools(bin, [missing, home])).toEqual({ folder: home, linked: names, inTheWay: [] });
    expect(await readlink(path.join(home, 'keytray'))).toBe(path.join(bin, 'keytray'));
    await mkdir(missing, { recursive: true });
    expect((await linkTools(bin, [missing, home])).folder).toBe(missing);
  });

  it('take the place of an older Keytray and of nothing else', async () => {
    await mkdir(home, { recursive: true });
    await symlink('/Applications/Old/Keytray.app/Contents/Resources/keytray/bin/keytray', path.join(home, 'keytray'));
    await writeFile(path.join(home, 'git-credential-keytray'), 'mine');
    expect(await linkTools(bin, [home])).toEqual({
      folder: home,
      linked: ['keytray'],
      inTheWay: ['git-credential-keytray'],
    });
    expect(await readFile(path.join(home, 'git-credential-keytray'), 'utf8')).toBe('mine');
    expect(await readlink(path.join(home, 'keytray'))).toBe(path.join(bin, 'keytray'));
    expect((await linkTools(bin, [home])).linked).toEqual(['keytray']);
  });

  it('leave a link to something else alone', async () => {
    await mkdir(home, { recursive: true });
    await symlink('/opt/other/keytray', path.join(home, 'keytray'));
    expect((await linkTools(bin, [home])).inTheWay).toEqual(['keytray']);
    expect(await readlink(path.join(home, 'keytray'))).toBe('/opt/other/keytray');
  });

  it('say where they cannot go', async () => {
    const file = path.join(folder, 'a-file');
    await writeFile(file, '');
    await chmod(file, 0o400);
    await expect(linkTools(bin, [path.join(file, 'bin')])).rejects.toMatchObject({ code: 'misconfigured' });
  });

  it('are told of with what is left to do', () => {
    const tools = { folder: '/home/ada/.local/bin', linked: ['keytray'], inTheWay: ['git-credential-keytray'] };
    expect(linkedNotice(tools, '/usr/bin:/bin').body).toBe(
      '1 program is linked in /home/ada/.local/bin. Add /home/ada/.local/bin to the PATH of your shell. Left alone, because they belong to something else: git-credential-keytray.',
    );
    expect(linkedNotice({ ...tools, inTheWay: [] }, '/home/ada/.local/bin').body).not.toContain('PATH');
  });
});
