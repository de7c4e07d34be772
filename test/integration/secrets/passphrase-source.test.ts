import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, constants, openSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../core/secret.ts';
import { passphraseSource } from '../../../core/stores/encrypted-file/passphrase-source.ts';

let folder: string;
const uid = process.getuid?.() ?? 0;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'keytray-passphrase-'));
});
afterEach(() => rm(folder, { recursive: true }));

const said = async (source: ReturnType<typeof passphraseSource>) => {
  const given = await source?.();
  return given instanceof Secret ? given.reveal() : given;
};
const written = async (text: string, mode = 0o600): Promise<string> => {
  const file = path.join(folder, 'passphrase');
  await writeFile(file, text);
  chmodSync(file, mode);
  return file;
};

describe('KEYTRAY_PASSPHRASE_FILE', () => {
  const from = (file: string, ours = uid) => said(passphraseSource({ KEYTRAY_PASSPHRASE_FILE: file }, ours, undefined));

  it('is no source where it is not set, or empty', () => {
    expect(passphraseSource({}, uid, undefined)).toBeUndefined();
    expect(passphraseSource({ KEYTRAY_PASSPHRASE_FILE: '' }, uid, undefined)).toBeUndefined();
  });

  it.each([
    ['horse', 'horse'],
    ['horse\n', 'horse'],
    ['horse\r\n', 'horse'],
    [' two  words \n\n', ' two  words \n'],
  ])('gives %j as %j', async (text, passphrase) => {
    expect(await from(await written(text))).toBe(passphrase);
  });

  it('is read anew each time', async () => {
    const source = passphraseSource({ KEYTRAY_PASSPHRASE_FILE: await written('one') }, uid, undefined);
    expect(await said(source)).toBe('one');
    await written('two');
    expect(await said(source)).toBe('two');
  });

  it('is refused with the reason', async () => {
    const detail = async (file: string, ours?: number) => {
      const given = await from(file, ours);
      return typeof given === 'object' ? given.detail : 'accepted';
    };
    expect(await detail(await written('horse', 0o640))).toContain('others can read');
    expect(await detail(await written('horse', 0o602))).toContain('others can read');
    expect(await detail(await written('horse'), uid + 1)).toContain('somebody else');
    expect(await detail(await written('\n'))).toContain('empty file');
    expect(await detail(await written('x'.repeat(5_000)))).toContain('too large');
    expect(await detail(path.join(folder, 'nothing'))).toContain('ENOENT');
    expect(await detail(folder)).toContain('no regular file');
    const fifo = path.join(folder, 'fifo');
    execFileSync('mkfifo', ['-m', '600', fifo]);
    expect(await detail(fifo)).toContain('no regular file');
  });

  it('may be a link, as secret managers make them', async () => {
    await symlink(await written('horse\n'), path.join(folder, 'link'));
    expect(await from(path.join(folder, 'link'))).toBe('horse');
  });
});

describe('--passphrase-fd', () => {
  const from = (descriptor: number) => passphraseSource({}, uid, descriptor);

  it('gives the first line of a file, once', async () => {
    const source = from(openSync(await written('horse\nsecond line\n'), 'r'));
    expect(await said(source)).toBe('horse');
    expect(await source?.()).toBeUndefined();
  });

  it.each([
    ['blocks', 0],
    ['does not block', constants.O_NONBLOCK],
  ])('waits for a slow writer at a pipe that %s', async (_, flags) => {
    const fifo = path.join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    // Open at both ends from the start: nobody waits for somebody to open the other.
    const writer = openSync(fifo, constants.O_RDWR);
    const source = from(openSync(fifo, constants.O_RDONLY | flags));
    const given = said(source);
    await sleep(50);
    await writeFile(fifo, 'horse ');
    await sleep(50);
    await writeFile(fifo, 'battery\nand more');
    expect(await given).toBe('horse battery');
    closeSync(writer);
  });

  it('says what is wrong with it', async () => {
    expect(await said(from(openSync(await written(''), 'r')))).toMatchObject({
      detail: expect.stringContaining('held no passphrase'),
    });
    expect(await said(from(openSync(await written('\nhorse\n'), 'r')))).toMatchObject({
      detail: expect.stringContaining('held no'),
    });
    expect(await said(from(openSync(await written('x'.repeat(9_000)), 'r')))).toMatchObject({
      detail: expect.stringContaining('held no'),
    });
    expect(await said(from(9_999))).toMatchObject({ detail: expect.stringContaining('no descriptor 9999') });
  });

  it('comes after the file, which is asked first', async () => {
    const descriptor = openSync(await written('of the descriptor'), 'r');
    const file = path.join(folder, 'other');
    await writeFile(file, 'of the file', { mode: 0o600 });
    expect(await said(passphraseSource({ KEYTRAY_PASSPHRASE_FILE: file }, uid, descriptor))).toBe('of the file');
  });
});
