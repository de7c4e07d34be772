import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listTools } from '../../../core/setup/engine/tool-states.ts';
import { accounts } from './tool-cases.ts';
import { type ToolHome, toolHome } from './tool-home.ts';

const link = '.terraform.d/plugins/terraform-credentials-keytray';

describe('links to our programs', () => {
  it('are made and go again with the folders that had to be made', async () => {
    const home = await toolHome(accounts);
    const report = await home.apply('terraform');
    expect(await readlink(home.path(link))).toBe(join(home.programs.bin, 'terraform-credentials-keytray'));
    expect(report.files.map(({ file }) => file)).toEqual([home.path('.terraformrc'), home.path(link)]);
    await home.undo('terraform');
    expect(await readdir(home.home)).toEqual([]);
  });

  it('follow Keytray to another folder', async () => {
    const home = await toolHome(accounts);
    await mkdir(home.path('.terraform.d/plugins'), { recursive: true });
    await symlink('/old/out/bin/terraform-credentials-keytray', home.path(link));
    await home.apply('terraform');
    expect(await readlink(home.path(link))).toContain(home.programs.bin);
    expect(await home.apply('terraform')).toMatchObject({ changed: false });
  });

  it('never replace what is somebody else’s, and then nothing is half done', async () => {
    const home = await toolHome(accounts);
    await home.write('bin/keyring', '#!/usr/bin/python3\n');
    const before = await home.tree();
    await expect(home.apply('pip', { linkFolder: home.path('bin') })).rejects.toThrow(/bin\/keyring is there already/);
    await home.plan('pip', { linkFolder: home.path('bin') }).catch(() => undefined);
    expect(await home.tree()).toEqual(before);
    await home.undo('pip');
    expect(await home.tree()).toEqual(before);
  });

  it('are found again where a person wanted them', async () => {
    const home = await toolHome(accounts);
    await home.apply('pip', { linkFolder: home.path('bin') });
    await home.apply('docker', { linkFolder: home.path('bin') });
    expect((await lstat(home.path('bin/keyring'))).isSymbolicLink()).toBe(true);
    const report = await home.undo('pip');
    expect(report.lines).toContain(`${home.path('bin/keyring')} is gone again, as before.`);
    await home.undo('docker');
    expect(await readdir(home.home)).toEqual([]);
  });
});

describe('what is remembered', () => {
  it('is the file behind a link to nothing', async () => {
    const home = await toolHome(accounts);
    await symlink('dotfiles/npmrc', home.path('.npmrc'));
    await home.apply('npm');
    expect(await home.read('dotfiles/npmrc')).toContain('tokenHelper');
    await home.undo('npm');
    expect(await readdir(home.home)).toEqual(['.npmrc']);
    expect(await readlink(home.path('.npmrc'))).toBe('dotfiles/npmrc');
  });

  it('is not touched where another program is writing', async () => {
    const home = await toolHome(accounts);
    await home.write('.npmrc', 'a=b\n');
    await home.write('.npmrc.lock', '');
    await expect(home.apply('npm')).rejects.toThrow(/\.npmrc\.lock exists: a program is writing/);
    expect(await home.read('.npmrc')).toBe('a=b\n');
  });

  it('is text: other bytes are refused', async () => {
    const home = await toolHome(accounts);
    await home.write('.npmrc', Buffer.from([0x61, 0xff, 0x0a]));
    await expect(home.apply('npm')).rejects.toThrow(/\.npmrc is not UTF-8 text; nothing was changed/);
  });

  it('is undone too where the environment named another file', async () => {
    const home = await toolHome(accounts);
    await home.apply('docker', { env: { DOCKER_CONFIG: home.path('elsewhere') } });
    await home.apply('docker');
    await home.undo('docker');
    expect(await readdir(home.home)).toEqual([]);
  });

  it('goes with its account, where the files are ours alone', async () => {
    const home = await toolHome(accounts);
    const [lab] = accounts;
    await home.apply('google');
    const file = home.path('.config/keytray/google/lab.json');
    expect(existsSync(file)).toBe(true);
    const other = [{ id: 'other', serves: { google: lab?.serves.google ?? [] } }];
    await home.apply('google', { accounts: other });
    expect(existsSync(file)).toBe(false);
    expect(await readdir(home.path('.config/keytray/google'))).toEqual(['other.json']);
    await home.undo('google');
    expect(await readdir(home.home)).toEqual([]);
  });

  it('keeps what a person added to a credential file', async () => {
    const home = await toolHome(accounts);
    await home.apply('google');
    const name = '.config/keytray/google/lab.json';
    await home.write(name, (await home.read(name)).replace('{', '{ "quota_project_id": "mine",'));
    expect((await home.apply('google')).changed).toBe(false);
    await home.undo('google');
    expect(JSON.parse(await home.read(name))).toMatchObject({ quota_project_id: 'mine' });
    expect(await home.read(name)).not.toContain('keytray');
  });
});

describe('listTools', () => {
  const states = async (home: ToolHome, known?: ReadonlyMap<string, string>, env = home.env) => {
    const listed = await listTools({ accounts, env, programs: home.programs }, known);
    return new Map(listed.map((state) => [state.tool, state]));
  };

  it('tells what is set up, by hand, and here', async () => {
    const home = await toolHome(accounts);
    const before = await home.tree();
    await home.write('.bin/docker', '#!/bin/sh\n', 0o755);
    const env = { ...home.env, PATH: `${home.path('.bin')}:${home.programs.bin}` };
    const found = await states(home, undefined, env);
    expect(found.get('docker')).toMatchObject({ state: 'not set up', accounts: ['lab'], problems: [] });
    expect(found.get('docker')?.works).toBe(undefined);
    expect(found.get('cargo')?.state).toBe('not found');
    expect(found.get('aws')?.state).toBe('not set up');
    await home.apply('docker', { env });
    expect((await states(home, undefined, env)).get('docker')).toMatchObject({ state: 'set up', works: 'not checked' });
    await home.undo('docker', { env });
    expect((await home.tree()).filter((line) => !line.startsWith('.bin'))).toEqual(before);
  });

  it('says whether it works, and why not', async () => {
    const home = await toolHome(accounts);
    await home.apply('aws');
    const aws = async (state: string, env = home.env) =>
      (await states(home, new Map(state === '' ? [] : [['lab', state]]), env)).get('aws');
    expect(await aws('active')).toMatchObject({ state: 'set up', works: 'yes', problems: [] });
    expect(await aws('degraded')).toMatchObject({ works: 'yes' });
    expect(await aws('locked')).toMatchObject({ works: 'no', problems: ['lab is locked; see: keytray status'] });
    for (const state of ['login_required', 'signed_out', '']) {
      expect(await aws(state)).toMatchObject({ works: 'no', problems: ['lab needs a sign-in: keytray login lab'] });
    }
    const keys = { ...home.env, AWS_ACCESS_KEY_ID: 'AKIA' };
    expect(await aws('active', keys)).toMatchObject({ works: 'no', problems: [expect.stringContaining('win over')] });
  });

  it('goes on past a file that cannot be read', async () => {
    const home = await toolHome(accounts);
    await home.write('.bin/kubectl', '#!/bin/sh\n', 0o755);
    await home.write('.kube/config', 'a: [\n');
    const env = { ...home.env, PATH: home.path('.bin') };
    const found = await states(home, undefined, env);
    expect(found.get('kubernetes')).toMatchObject({ state: 'not set up', problems: [expect.stringContaining(':2:')] });
    expect(found.size).toBe(15);
  });
});
