import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KeytrayError } from '../../../core/errors.ts';
import { git, gitHome } from './git-home.ts';

const shapes: readonly (readonly [string, string])[] = [
  ['comments', '# mine\n[user]\n\tname = Ada ; here too\n\n[alias]\n  st = status   # short\n'],
  ['CRLF', '[user]\r\n\tname = Ada\r\n[core]\r\n\tautocrlf = true\r\n'],
  ['no newline at the end', '[user]\n\tname = Ada\n[alias]\n\tst = status'],
  ['bytes that are no UTF-8', Buffer.from('[user]\n\tname = B\xfccher\n', 'latin1').toString('latin1')],
  ['nothing', ''],
  [
    'a section of the same host',
    '[credential "https://git.example"]\n\thelper = store\n\tusername = ada\n[x]\n\ty = z\n',
  ],
];

describe('setup git', () => {
  it('makes git ask us for the host, from a folder with an awkward name, and for no other', async () => {
    const home = await gitHome();
    const report = await home.setup();
    expect(report).toMatchObject({ kind: 'changed', file: home.gitconfig, warnings: [] });
    expect(await home.fill('protocol=https\nhost=git.example\n\n')).toContain('password=from-keytray');
    expect(await home.fill('protocol=https\nhost=other.example\n\n')).toBe('');
    expect(await home.fill('protocol=http\nhost=git.example\n\n')).toBe('');
    expect(await home.calls()).toBe('keytray get\n');
    expect(await readdir(home.home)).not.toContain('HIT');
  });

  it('keeps other helpers from answering first and from storing our tokens', async () => {
    const home = await gitHome();
    const other = join(home.home, 'store');
    await writeFile(
      home.gitconfig,
      `[credential]\n\thelper = "!echo other >>'${other.replaceAll("'", `'\\\\''`)}'; #"\n`,
    );
    const report = await home.setup();
    expect(report.warnings.join()).toMatch(
      /credential\.helper = !echo … \(.*\.gitconfig\) is not called for git\.example/,
    );
    expect(await home.fill('protocol=https\nhost=git.example\n\n')).toContain('from-keytray');
    await git(
      ['credential', 'approve'],
      home.env,
      home.home,
      'protocol=https\nhost=git.example\nusername=u\npassword=p\n\n',
    );
    expect(existsSync(other)).toBe(false);
    expect(await home.calls()).toBe('keytray get\nkeytray store\n');
  });

  it('has the last word after the system file, sections of others and what stands below them', async () => {
    const home = await gitHome();
    const system = join(home.home, 'system');
    await writeFile(system, '[credential]\n\thelper = osx\n');
    await writeFile(
      home.gitconfig,
      '[credential "https://git.example"]\n\tusername = ada\n[credential]\n\thelper = store\n',
    );
    const { GIT_CONFIG_NOSYSTEM: _without, ...rest } = home.env;
    const env = { ...rest, GIT_CONFIG_SYSTEM: system };
    const previewed = await home.setup({ env, dryRun: true });
    const report = await home.setup({ env });
    expect(report.warnings).toEqual([
      expect.stringMatching(/^credential\.helper = osx \(.*system\) is not called/),
      expect.stringMatching(/^credential\.helper = store \(.*\.gitconfig\) is not called/),
    ]);
    expect(previewed.warnings).toEqual(report.warnings);
  });

  it('sends the path where several accounts share the host', async () => {
    const home = await gitHome();
    await home.setup({ hosts: [{ host: 'git.example', loopback: false, ambiguous: true }] });
    const asked = await git(
      ['credential', 'fill'],
      home.env,
      home.home,
      'protocol=https\nhost=git.example\npath=a/b.git\n\n',
    );
    expect(asked).toContain('path=a/b.git');
    await home.setup();
    expect(await readFile(home.gitconfig, 'utf8')).not.toContain('useHttpPath');
  });

  it('serves http on loopback hosts', async () => {
    const home = await gitHome();
    await home.setup({ hosts: [{ host: '127.0.0.1:8080', loopback: true, ambiguous: false }] });
    expect(await home.fill('protocol=http\nhost=127.0.0.1:8080\n\n')).toContain('from-keytray');
  });

  it.each(shapes)('can be repeated, and undone byte for byte: %s', async (_name, text) => {
    const home = await gitHome();
    const before = Buffer.from(text, 'latin1');
    await writeFile(home.gitconfig, before, { mode: 0o640 });
    await home.setup();
    const first = await readFile(home.gitconfig);
    expect(first.equals(before)).toBe(false);
    expect((await home.setup()).kind).toBe('unchanged');
    expect((await readFile(home.gitconfig)).equals(first)).toBe(true);
    expect((await stat(home.gitconfig)).mode & 0o777).toBe(0o640);

    const undone = await home.setup({ undo: true });
    expect(undone.lines.join()).toContain('byte for byte');
    expect((await readFile(home.gitconfig)).equals(before)).toBe(true);
    expect((await home.setup({ undo: true })).kind).toBe('unchanged');
  });

  it('takes the file away again that it made', async () => {
    const home = await gitHome();
    await home.setup();
    expect((await home.setup({ undo: true })).kind).toBe('changed');
    expect(existsSync(home.gitconfig)).toBe(false);
  });

  it('takes back only its own lines once somebody else has changed the file', async () => {
    const home = await gitHome();
    await writeFile(home.gitconfig, '[user]\n\tname = Ada\n[credential "https://git.example"]\n\tusername = ada\n');
    await home.setup({
      hosts: [
        { host: 'git.example', loopback: false, ambiguous: true },
        { host: 'b.example', loopback: false, ambiguous: false },
      ],
    });
    await git(['config', '--global', 'user.email', 'ada@lab.example'], home.env, home.home);
    const report = await home.setup({ undo: true });
    expect(report.lines.join()).toContain('only the lines of Keytray');
    expect(await readFile(home.gitconfig, 'utf8')).toBe(
      '[user]\n\tname = Ada\n\temail = ada@lab.example\n[credential "https://git.example"]\n\tusername = ada\n',
    );
  });

  it('puts back what somebody else wrote in between when it is set up again', async () => {
    const home = await gitHome();
    await writeFile(home.gitconfig, '[user]\n\tname = Ada\n');
    await home.setup();
    await git(['config', '--global', 'user.email', 'ada@lab.example'], home.env, home.home);
    await home.setup({ hosts: [{ host: 'b.example', loopback: false, ambiguous: false }] });
    expect(await home.fill('protocol=https\nhost=git.example\n\n')).toBe('');
    await home.setup({ undo: true });
    expect(await readFile(home.gitconfig, 'utf8')).toBe('[user]\n\tname = Ada\n\temail = ada@lab.example\n');
  });

  it.each([false, true])('only shows the difference on a dry run (undo: %s)', async (undo) => {
    const home = await gitHome();
    const secret = '[http]\n\textraHeader = hunter2';
    await writeFile(home.gitconfig, secret);
    if (undo) await home.setup();
    const tree = async (): Promise<unknown> => [
      await readdir(home.home, { recursive: true }),
      await readFile(home.gitconfig, 'utf8'),
      (await stat(home.gitconfig)).mtimeMs,
    ];
    const before = await tree();
    const report = await home.setup({ dryRun: true, undo });
    expect(report.kind).toBe('changed');
    expect(report.diff).toContain(`--- ${home.gitconfig}\n+++ ${home.gitconfig}\n@@`);
    expect(report.diff).toContain(`${undo ? '-' : '+'}[credential "https://git.example"]`);
    expect(report.diff).not.toContain('hunter2');
    expect(await tree()).toEqual(before);
  });

  it('writes where git would: GIT_CONFIG_GLOBAL, then ~/.gitconfig, then the XDG folder', async () => {
    const home = await gitHome();
    const xdg = join(home.home, '.config', 'git');
    await mkdir(xdg, { recursive: true });
    await writeFile(join(xdg, 'config'), '# xdg\n');
    expect((await home.setup({ dryRun: true })).file).toBe(join(xdg, 'config'));
    await home.setup();
    expect(await home.fill('protocol=https\nhost=git.example\n\n')).toContain('from-keytray');
    await writeFile(home.gitconfig, '');
    expect((await home.setup({ dryRun: true })).file).toBe(home.gitconfig);
    const chosen = join(home.home, 'chosen');
    const report = await home.setup({ env: { ...home.env, GIT_CONFIG_GLOBAL: chosen } });
    expect(report.file).toBe(chosen);
    expect(await readFile(chosen, 'utf8')).toContain('git-credential-keytray');
    await expect(home.setup({ env: { ...home.env, GIT_CONFIG_GLOBAL: '/dev/null' } })).rejects.toThrow(KeytrayError);
  });

  it('leaves a symbolic link in place', async () => {
    const home = await gitHome();
    const real = join(home.home, 'dotfiles');
    await writeFile(real, '# mine\n');
    await symlink(real, home.gitconfig);
    await home.setup();
    expect((await lstat(home.gitconfig)).isSymbolicLink()).toBe(true);
    expect(await readFile(real, 'utf8')).toContain('git-credential-keytray');
    await home.setup({ undo: true });
    expect(await readFile(real, 'utf8')).toBe('# mine\n');
  });

  it('does not wait for long: a git that holds the lock is named', async () => {
    const home = await gitHome();
    await writeFile(`${home.gitconfig}.lock`, '');
    await expect(home.setup()).rejects.toThrow(/\.gitconfig\.lock exists/);
    expect(existsSync(home.gitconfig)).toBe(false);
    expect(existsSync(`${home.gitconfig}.lock`)).toBe(true);
  });

  it('names the line of a file that git cannot read, and leaves it', async () => {
    const home = await gitHome();
    await writeFile(home.gitconfig, '[user]\n\tname = Ada\n[broken\n');
    await expect(home.setup()).rejects.toThrow(/\.gitconfig:3: git cannot read this file/);
    expect(await readFile(home.gitconfig, 'utf8')).toBe('[user]\n\tname = Ada\n[broken\n');
  });

  it('says what to install without git', async () => {
    const home = await gitHome();
    await expect(home.setup({ env: { ...home.env, PATH: '/nonexistent' } })).rejects.toMatchObject({
      advice: 'Install git.',
    });
  });

  it('says that git never asks where a header answers for the host', async () => {
    const home = await gitHome();
    expect((await home.setup()).blocked).toBe(false);
    await git(['config', '--global', 'http.https://git.example.extraHeader', 'Authorization: x'], home.env, home.home);
    expect(await home.setup()).toMatchObject({ blocked: true, warnings: [expect.stringContaining('never asks')] });
  });

  it('warns of a helper that is not there', async () => {
    const home = await gitHome();
    const report = await home.setup({ helper: '/nonexistent/git-credential-keytray', dryRun: true });
    expect(report.warnings.join()).toContain('/nonexistent/git-credential-keytray is not there');
  });
});
