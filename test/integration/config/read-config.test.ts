import { execFileSync } from 'node:child_process';
import { chmod, chown, lchown, link, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { setTopLevelKey } from '../../../core/config/edit-config.ts';
import { type ConfigSources, formatConfigError, readConfig } from '../../../core/config/read-config.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { account, configFolder, uid } from './config-folder.ts';

async function write(file: string, text: string | Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text, { mode: 0o600 });
}

async function errorsOf(sources: ConfigSources): Promise<readonly string[]> {
  const read = await readConfig(sources);
  return read.kind === 'ok' ? [] : read.errors.map(formatConfigError);
}

describe('readConfig', () => {
  it('takes no file for an empty configuration', async () => {
    const read = await readConfig(await configFolder());
    expect(read).toMatchObject({ kind: 'ok', files: [], config: { reminder: 15 } });
    expect(read.kind === 'ok' && read.config.accounts.size).toBe(0);
  });

  it('reads drop-ins after the file, in the order of their names, and nothing else', async () => {
    const sources = await configFolder();
    await write(sources.file, `accounts:\n  a:\n    ${account}`);
    await write(join(sources.dropIn, '20.yaml'), `accounts:\n  c:\n    ${account}`);
    await write(join(sources.dropIn, '10.yaml'), `accounts:\n  b:\n    ${account}`);
    await write(join(sources.dropIn, '30.yaml~'), 'nonsense: [');
    await write(join(sources.dropIn, '.40.yaml'), 'nonsense: [');
    const read = await readConfig(sources);
    expect(read.kind === 'ok' && [...read.config.accounts.keys()]).toEqual(['a', 'b', 'c']);
    expect(read.kind === 'ok' && read.files).toEqual([
      sources.file,
      join(sources.dropIn, '10.yaml'),
      join(sources.dropIn, '20.yaml'),
    ]);
  });

  it('names both files of an account that is in two', async () => {
    const sources = await configFolder();
    const second = join(sources.dropIn, 'x.yaml');
    await write(sources.file, `accounts:\n  a:\n    ${account}`);
    await write(second, `# fleet\naccounts:\n  a:\n    ${account}`);
    expect(await errorsOf(sources)).toEqual([
      `${second}:3: accounts.a: the account is also in ${sources.file}:2; keep it in one file`,
    ]);
  });

  it.each([
    [0o620, 'others may write to it'],
    [0o602, 'others may write to it'],
  ])('refuses mode %o with the command that mends it', async (mode, message) => {
    const sources = await configFolder();
    await write(sources.file, 'reminder: 5\n');
    await chmod(sources.file, mode);
    const [error = ''] = await errorsOf(sources);
    expect(error).toBe(`${sources.file}: ${message}; run: chmod go-w ${sources.file}`);
    execFileSync('sh', ['-c', error.slice(error.indexOf('run: ') + 5)]);
    expect(await errorsOf(sources)).toEqual([]);
  });

  needsRoot('refuses a file of another user, and trusts root’s', async () => {
    const sources = await configFolder();
    await write(sources.file, 'reminder: 5\n');
    await chown(sources.file, 4242, 4242);
    expect(await errorsOf({ ...sources, uid: 1000 })).toEqual([
      `${sources.file}: belongs to another user (uid 4242); run: sudo chown 1000 ${sources.file}`,
    ]);
    await chown(sources.file, 0, 0);
    expect(await errorsOf({ ...sources, uid: 1000 })).toEqual([]);
  });

  needsRoot('tells root to go without sudo instead of taking the file from its owner', async () => {
    const sources = await configFolder();
    await write(sources.file, 'reminder: 5\n');
    await chown(sources.file, 1000, 1000);
    expect(await errorsOf({ ...sources, uid: 0 })).toEqual([
      `${sources.file}: belongs to another user (uid 1000); run it without sudo`,
    ]);
  });

  it('refuses a drop-in that another user laid into an open folder, though it is a file of ours', async () => {
    const sources = await configFolder();
    await write(sources.file, 'reminder: 5\n');
    await write(join(sources.folder, 'victim'), `accounts:\n  a:\n    ${account}`);
    await mkdir(sources.dropIn);
    await link(join(sources.folder, 'victim'), join(sources.dropIn, 'laid.yaml'));
    await chmod(sources.dropIn, 0o777);
    expect(await errorsOf(sources)).toEqual([
      `${join(sources.dropIn, 'laid.yaml')}: others can write to ${sources.dropIn}; run: chmod go-w ${sources.dropIn}`,
    ]);
    await chmod(sources.dropIn, 0o1777);
    expect(await errorsOf(sources)).toEqual([expect.stringContaining('has a second name')]);
  });

  needsRoot('refuses a link that another user laid, whatever it leads to', async () => {
    const sources = await configFolder();
    await write(join(sources.folder, 'victim'), 'reminder: 5\n');
    await mkdir(dirname(sources.file));
    await symlink(join(sources.folder, 'victim'), sources.file);
    await chmod(dirname(sources.file), 0o1777);
    expect(await errorsOf(sources)).toEqual([]);
    await lchown(sources.file, 65_534, 65_534);
    expect(await errorsOf(sources)).toEqual([expect.stringContaining('is a link that belongs to uid 65534')]);
  });

  it('refuses a file below a folder that others may write to, and edits none there', async () => {
    const sources = await configFolder();
    await write(sources.file, 'reminder: 5\n');
    await chmod(sources.folder, 0o777);
    expect(await errorsOf(sources)).toEqual([
      `${sources.file}: others can write to ${sources.folder}; run: chmod go-w ${sources.folder}`,
    ]);
    await expect(setTopLevelKey(sources.file, 'reminder', 6, { dropIns: [], uid })).rejects.toThrow('chmod go-w');
    expect(await readFile(sources.file, 'utf8')).toBe('reminder: 5\n');
  });

  it('does not wait for a named pipe', async () => {
    const sources = await configFolder();
    await mkdir(dirname(sources.file), { recursive: true });
    execFileSync('mkfifo', ['-m', '600', sources.file]);
    expect(await errorsOf(sources)).toEqual([`${sources.file}: not a regular file`]);
  });

  it('reads a byte order mark, CRLF and a symbolic link', async () => {
    const sources = await configFolder();
    const real = join(sources.folder, 'dotfiles.yaml');
    await write(real, `\ufeffaccounts:\r\n  a:\r\n    ${account.replaceAll('\n', '\r\n')}    colour: red\r\n`);
    await mkdir(dirname(sources.file));
    await symlink(real, sources.file);
    const errors = await errorsOf(sources);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(`${sources.file}:6: accounts.a.colour: unknown key`);
  });

  it.each([
    ['UTF-16', Buffer.from('\ufeffreminder: 5', 'utf16le')],
    ['Latin-1', Buffer.from('# b\xfccher', 'latin1')],
  ])('refuses %s', async (_name, bytes) => {
    const sources = await configFolder();
    await write(sources.file, bytes);
    expect(await errorsOf(sources)).toEqual([`${sources.file}: not UTF-8 text; save it as UTF-8`]);
  });

  it('tells every wrong file, not only the first', async () => {
    const sources = await configFolder();
    await write(sources.file, 'remindr: 5\n');
    await write(join(sources.dropIn, 'x.yaml'), 'reminder: 0\n');
    await write(join(sources.dropIn, 'y.yaml'), 'reminder: 5\n');
    await chmod(join(sources.dropIn, 'y.yaml'), 0o666);
    expect(await errorsOf(sources)).toHaveLength(3);
  });

  it('reads a thousand accounts as the library would', async () => {
    const sources = await configFolder();
    const one = (index: number): string => `  gitlab@n${index}:\n    ${account}    git: [gitlab.com/team${index}/*]\n`;
    const text = `accounts:\n${Array.from({ length: 1000 }, (_, index) => one(index)).join('')}`;
    await write(sources.file, text);
    const quick = await readConfig(sources);
    // A second document marker is nothing the short reader takes on.
    await write(sources.file, `---\n${text}`);
    const slow = await readConfig(sources);
    expect(quick.kind === 'ok' && quick.config.accounts.size).toBe(1000);
    const withoutLines = (read: typeof quick): unknown =>
      read.kind === 'ok' ? [...read.config.accounts.values()].map(({ position: _line, ...rest }) => rest) : read;
    expect(withoutLines(quick)).toEqual(withoutLines(slow));
    expect(uid).toBe(sources.uid);
  });
});
