import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { git, gitHome } from './git-home.ts';

const section = '[credential "https://git.example"]\n\tusername = ada\n';

describe('setup git, where others stand in the file too', () => {
  it('keeps our token from a store that an include of one repository adds after an old section', async () => {
    const home = await gitHome();
    await writeFile(home.gitconfig, `${section}[includeIf "gitdir:~/work/"]\n\tpath = work.inc\n`);
    await writeFile(join(home.home, 'work.inc'), '[credential]\n\thelper = store\n');
    const work = join(home.home, 'work/demo');
    await mkdir(work, { recursive: true });
    await git(['init', '-q'], home.env, work);
    await home.setup();
    const about = 'protocol=https\nhost=git.example\n';
    expect(await git(['credential', 'fill'], home.env, work, `${about}\n`)).toContain('password=from-keytray');
    await git(['credential', 'approve'], home.env, work, `${about}username=u\npassword=from-keytray\n\n`);
    expect(existsSync(join(home.home, '.git-credentials'))).toBe(false);
  });

  it('does not say that a helper of an include above our section is called', async () => {
    const home = await gitHome();
    await writeFile(home.gitconfig, '[include]\n\tpath = other.inc\n');
    await writeFile(join(home.home, 'other.inc'), '[credential]\n\thelper = store\n');
    for (const dryRun of [true, false]) {
      const { warnings } = await home.setup({ dryRun });
      expect(warnings).toEqual([expect.stringMatching(/^credential\.helper = store \(.*other\.inc\) is not called/)]);
    }
  });

  it.each([
    ['git@git.example:', 'insteadOf', 'https://git.example/', true],
    ['ssh://git@git.example/', 'insteadOf', 'https://', true],
    ['git@git.example:team/', 'insteadOf', 'https://git.example/team/', true],
    ['git@git.example:', 'pushInsteadOf', 'https://git.example/', true],
    ['https://ada@git.example/', 'insteadOf', 'https://git.example/', true],
    ['https://git.example/', 'insteadOf', 'gx:', false],
    ['git@other.example:', 'insteadOf', 'https://other.example/', false],
  ])('names %s as %s of %s: %s', async (base, kind, value, named) => {
    const home = await gitHome();
    await writeFile(home.gitconfig, `[url "${base}"]\n\t${kind} = ${value}\n`);
    const { warnings, blocked } = await home.setup();
    expect(warnings.join()).toMatch(named ? /takes the place of https:\/\/git\.example\// : /^$/);
    expect(blocked).toBe(named);
  });

  it('names what a file adds that git includes under a condition, and shows nothing secret of it', async () => {
    const home = await gitHome();
    await writeFile(home.gitconfig, '[includeIf "onbranch:x"]\n\tpath = ~/branch.inc\n');
    await writeFile(
      join(home.home, 'branch.inc'),
      '[url "https://x:hunter2@git.example:1/"]\n\tinsteadOf = https://git.example/\n[http]\n\textraHeader = Authorization: hunter3\n',
    );
    const { warnings } = await home.setup();
    expect(warnings).toEqual([
      expect.stringMatching(/^where onbranch:x: url\.https:\/\/…@git\.example:1\/\.insteadOf .* never asks Keytray/),
      expect.stringMatching(/^where onbranch:x: http\.extraheader .* sends its own Authorization to git\.example/),
    ]);
    expect(warnings.join()).not.toContain('hunter');
  });

  it.each([
    '[credential "https://git.example"] helper = store\n',
    '[user] name = Ada\n[CREDENTIAL "https://git.example"] helper = "store" # mine\n\thelper = cache \\\n--timeout=9\n',
    '[core] [credential "https://git.example"] helper = store',
    '[credential "https://git.example"]\n',
  ])('gives %j back after git changed it in between', async (text) => {
    const home = await gitHome();
    await writeFile(home.gitconfig, text);
    await home.setup();
    await git(['config', '--global', '--add', 'x.y', 'z'], home.env, home.home);
    await home.setup({ undo: true });
    const left = await readFile(home.gitconfig, 'utf8');
    expect(left).toBe(`${text.endsWith('\n') ? text : `${text}\n`}[x]\n\ty = z\n`);
  });

  it('follows the includes of a conditional file, from the folder of each', async () => {
    const home = await gitHome();
    await mkdir(join(home.home, 'a/b'), { recursive: true });
    await writeFile(home.gitconfig, '[includeIf "onbranch:x"]\n\tpath = a/one.inc\n');
    await writeFile(join(home.home, 'a/one.inc'), '[include]\n\tpath = b/two.inc\n');
    await writeFile(join(home.home, 'a/b/two.inc'), '[url "git@git.example:"]\n\tinsteadOf = https://git.example/\n');
    const { warnings } = await home.setup();
    expect(warnings).toEqual([
      expect.stringMatching(/^where onbranch:x: url\.git@git\.example:\.insteadOf \(.*two\.inc\)/),
    ]);
  });

  it('names what the repository that one is in adds behind our section', async () => {
    const home = await gitHome();
    const work = join(home.home, 'work');
    await mkdir(work);
    await git(['init', '-q'], home.env, work);
    await git(['config', 'credential.helper', 'store'], home.env, work);
    await git(['config', 'url.git@git.example:.insteadOf', 'https://git.example/'], home.env, work);
    for (const dryRun of [true, false]) {
      const { warnings, blocked } = await home.setup({ dryRun, cwd: work });
      expect(warnings).toEqual([
        expect.stringMatching(/^url\.git@git\.example:\.insteadOf \(\/.*\/work\/\.git\/config\) takes the place of/),
        expect.stringMatching(
          /^credential\.helper = store \(.*\.git\/config\) is called after Keytray for git\.example/,
        ),
      ]);
      expect(blocked).toBe(true);
    }
    expect((await home.setup()).warnings).toEqual([]);
  });

  it.each([
    ['the repository', ['config', 'credential.helper', ''], {}],
    [
      'the environment',
      ['version'],
      { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'credential.https://git.example.helper', GIT_CONFIG_VALUE_0: '' },
    ],
  ])('names the list of helpers that %s empties behind our section', async (_, args, more) => {
    const home = await gitHome();
    const work = join(home.home, 'work');
    await mkdir(work);
    await git(['init', '-q'], home.env, work);
    await git(args, home.env, work);
    const env = { ...home.env, ...more };
    const { warnings, blocked } = await home.setup({ cwd: work, env });
    expect(warnings).toEqual([
      expect.stringMatching(/ empties the list of helpers: git never asks Keytray for git\.example$/),
    ]);
    expect(blocked).toBe(true);
    expect(await git(['credential', 'fill'], env, work, 'protocol=https\nhost=git.example\n\n')).toBe('');
  });

  it('knows our helper in a repository by its path, and not by its name', async () => {
    const home = await gitHome();
    const work = join(home.home, 'work');
    await mkdir(work);
    await git(['init', '-q'], home.env, work);
    await git(['config', 'credential.helper', '/tmp/theirs/git-credential-keytray'], home.env, work);
    const { warnings } = await home.setup({ cwd: work });
    expect(warnings).toEqual([expect.stringContaining('theirs/git-credential-keytray')]);
    expect(warnings.join()).toContain('is called after Keytray for git.example');
  });

  it('runs no git that lies in the repository, whatever PATH says', async () => {
    const home = await gitHome();
    const work = join(home.home, 'work');
    await mkdir(work);
    await writeFile(join(work, 'git'), '#!/bin/sh\ntouch HIT\nexec /usr/bin/git "$@"\n', { mode: 0o755 });
    await home.setup({ cwd: work, env: { ...home.env, PATH: `.::${home.env.PATH}` } });
    expect(existsSync(join(work, 'HIT'))).toBe(false);
  });

  it('looks only at the machine and the person where git does not trust the repository', async () => {
    const home = await gitHome();
    const work = join(home.home, 'work');
    await mkdir(join(work, '.git'), { recursive: true });
    await writeFile(join(work, '.git/config'), '[credential\n');
    expect(await home.setup({ cwd: work })).toMatchObject({ kind: 'changed', warnings: [], blocked: false });
  });

  it('keeps what a person added behind our helper, and takes it out with it', async () => {
    const home = await gitHome();
    await writeFile(home.gitconfig, '[alias]\n\tst = status\n');
    await home.setup();
    const added = (await readFile(home.gitconfig, 'utf8')).replace(/git-credential-keytray$/m, '$& --verbose');
    await writeFile(home.gitconfig, added);
    expect(await home.setup()).toMatchObject({ warnings: [], blocked: false });
    expect(await readFile(home.gitconfig, 'utf8')).toBe(added);
    await home.fill('protocol=https\nhost=git.example\n\n');
    expect(await home.calls()).toBe('keytray --verbose\n');
    await home.setup({ undo: true });
    expect(await readFile(home.gitconfig, 'utf8')).toBe('[alias]\n\tst = status\n');
  });

  it('keeps the path a person asked for in our section when it is set up again', async () => {
    const home = await gitHome();
    await home.setup();
    await git(['config', '--global', 'credential.https://git.example.useHttpPath', 'true'], home.env, home.home);
    await home.setup();
    expect(await readFile(home.gitconfig, 'utf8')).toContain('useHttpPath = true');
    expect(await home.fill('protocol=https\nhost=git.example\n\n')).toContain('from-keytray');
  });

  it('writes behind a value that goes on at the end of the file', async () => {
    const home = await gitHome();
    await writeFile(home.gitconfig, '[alias]\n\tst = status \\');
    await home.setup();
    expect(await home.fill('protocol=https\nhost=git.example\n\n')).toContain('from-keytray');
    expect(await git(['config', 'alias.st'], home.env, home.home)).toMatch(/^status *\n$/);
  });
});
