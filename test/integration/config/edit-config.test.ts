import { lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addAccount, removeAccount } from '../../../core/config/edit-config.ts';
import { readConfig } from '../../../core/config/read-config.ts';
import { KeytrayError } from '../../../core/errors.ts';
import { account, configFolder } from './config-folder.ts';

const fields = { service: 'github', client_id: 'abc', git: ['github.com/acme/*'], issuer: undefined };
const existing = `# mine\naccounts:\n  lab:   # keep\n    ${account}`;

async function failure(work: Promise<unknown>): Promise<KeytrayError> {
  const error = await work.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  if (error instanceof KeytrayError) return error;
  throw error;
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text, { mode: 0o600 });
}

describe('addAccount', () => {
  it('makes the file and its folder, readable by nobody else', async () => {
    const sources = await configFolder();
    await addAccount(sources.file, 'github@work', fields, sources);
    expect((await stat(sources.file)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(sources.file))).mode & 0o777).toBe(0o700);
    const read = await readConfig(sources);
    expect(read.kind === 'ok' && read.config.accounts.get('github@work')).toMatchObject({
      clientId: 'abc',
      serves: { git: ['github.com/acme/*'] },
    });
  });

  it('changes no byte of what is there, and leaves no temporary file', async () => {
    const sources = await configFolder();
    await write(sources.file, existing);
    await addAccount(sources.file, 'github', fields, sources);
    const text = await readFile(sources.file, 'utf8');
    expect(text.startsWith(existing)).toBe(true);
    expect(await readdir(dirname(sources.file))).toEqual(['config.yaml']);
    await removeAccount(sources.file, 'github', sources);
    expect(await readFile(sources.file, 'utf8')).toBe(existing);
  });

  it('keeps a byte order mark', async () => {
    const sources = await configFolder();
    await write(sources.file, `\ufeff${existing}`);
    await addAccount(sources.file, 'github', fields, sources);
    expect((await readFile(sources.file, 'utf8')).startsWith(`\ufeff${existing}`)).toBe(true);
  });

  it('writes through a symbolic link', async () => {
    const sources = await configFolder();
    const real = join(sources.folder, 'dotfiles.yaml');
    await write(real, existing);
    await mkdir(dirname(sources.file));
    await symlink(real, sources.file);
    await addAccount(sources.file, 'github', fields, sources);
    expect((await lstat(sources.file)).isSymbolicLink()).toBe(true);
    expect(await readFile(real, 'utf8')).toContain('github:');
  });

  it.each([
    [
      'an account that would be wrong',
      'x',
      { service: 'github' },
      'misconfigured',
      /accounts\.x: client_id is missing/,
    ],
    ['an id that is none', 'No', fields, 'misconfigured', /not an account id/],
    ['an id that is taken', 'lab', fields, 'invalid_request', /lab is already in .*config\.yaml:3/],
  ] as const)('refuses %s and leaves the file alone', async (_name, id, values, code, message) => {
    const sources = await configFolder();
    await write(sources.file, existing);
    const error = await failure(addAccount(sources.file, id, values, sources));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(await readFile(sources.file, 'utf8')).toBe(existing);
  });

  it('refuses an id that a drop-in has, and names it', async () => {
    const sources = await configFolder();
    await write(join(sources.dropIn, 'fleet.yaml'), existing);
    const error = await failure(addAccount(sources.file, 'lab', fields, sources));
    expect(error.message).toContain(join(sources.dropIn, 'fleet.yaml:3'));
  });

  it('loses neither of two accounts added at once', async () => {
    const sources = await configFolder();
    await write(sources.file, existing);
    const ids = ['a', 'b', 'c'];
    await Promise.all(ids.map((id) => addAccount(sources.file, id, fields, sources)));
    const read = await readConfig(sources);
    expect(read.kind === 'ok' && [...read.config.accounts.keys()].sort()).toEqual(['a', 'b', 'c', 'lab']);
  });
});

describe('removeAccount', () => {
  it('says so when there is no such account', async () => {
    const sources = await configFolder();
    await write(sources.file, existing);
    expect((await failure(removeAccount(sources.file, 'zzz', sources))).code).toBe('unknown_account');
  });

  it('leaves accounts of a drop-in to whoever wrote it', async () => {
    const sources = await configFolder();
    await write(join(sources.dropIn, 'fleet.yaml'), existing);
    const error = await failure(removeAccount(sources.file, 'lab', sources));
    expect(error.code).toBe('misconfigured');
    expect(error.message).toContain(join(sources.dropIn, 'fleet.yaml'));
    expect(await readFile(join(sources.dropIn, 'fleet.yaml'), 'utf8')).toBe(existing);
  });

  it('can take out the account that makes the file wrong', async () => {
    const sources = await configFolder();
    await write(sources.file, `${existing}  broken:\n    service: nonsense\n`);
    await removeAccount(sources.file, 'broken', sources);
    expect(await readFile(sources.file, 'utf8')).toBe(existing);
  });

  it('does not touch a file it cannot read', async () => {
    const sources = await configFolder();
    await write(sources.file, `${existing}  x: [\n`);
    expect((await failure(removeAccount(sources.file, 'lab', sources))).code).not.toBe('internal_error');
    expect(await readFile(sources.file, 'utf8')).toBe(`${existing}  x: [\n`);
  });
});
