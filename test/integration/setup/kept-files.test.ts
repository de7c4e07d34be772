import { execFile } from 'node:child_process';
import { chmod, chown, link, lstat, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { changeLocked } from '../../../core/setup/engine/locked-file.ts';
import { listTools } from '../../../core/setup/engine/tool-states.ts';
import type { ToolName } from '../../../core/setup/tools.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { mountSmallDisk, type SmallDisk } from '../../support/small-disk.ts';
import { accounts, cases } from './tool-cases.ts';
import { type ToolHome, toolHome } from './tool-home.ts';

const run = promisify(execFile);
const group = 12_345;

interface Kept {
  readonly tool: ToolName;
  readonly file: string;
  readonly original: string;
}

const files: readonly Kept[] = [...cases, { tool: 'git', file: '.gitconfig', original: '[user]\n\tname = Ada\n' }];
const git = { id: 'lab', serves: { ...accounts[0]?.serves, git: ['git.lab.example'] } };

async function homeWith({ file, original }: Kept): Promise<ToolHome> {
  const home = await toolHome([git]);
  await home.write(file, original, 0o640);
  return home;
}

/** An attribute of the user's, and an access list that lets one more group read. */
const setAttributes = `
import os, struct, sys
os.setxattr(sys.argv[1], 'user.note', b'mine')
entries = [(1, 6, 2**32 - 1), (4, 4, 2**32 - 1), (8, 4, 54321), (16, 4, 2**32 - 1), (32, 0, 2**32 - 1)]
acl = struct.pack('<I', 2) + b''.join(struct.pack('<HHI', *entry) for entry in entries)
os.setxattr(sys.argv[1], 'system.posix_acl_access', acl)
`;
const readAttributes = `
import os, sys
print(sorted((name, os.getxattr(sys.argv[1], name)) for name in os.listxattr(sys.argv[1])))
`;

const python = async (script: string, file: string): Promise<string> =>
  (await run('/usr/bin/python3', ['-c', script, file])).stdout;

async function mountOn(file: string, source: string): Promise<void> {
  await run('mount', ['--bind', source, file]);
  onTestFinished(async () => {
    await run('umount', [file]);
  });
}

/** chattr(1), undone at the end. */
async function makeUnchangeable(flag: 'a' | 'i', path: string): Promise<void> {
  await run('chattr', [`+${flag}`, path]);
  onTestFinished(async () => {
    await run('chattr', [`-${flag}`, path]);
  });
}

/** The preview and the run say the same, in one line, and nothing is changed. */
async function expectRefused(home: ToolHome, tool: ToolName, said: RegExp, env = {}): Promise<void> {
  const before = await home.tree();
  for (const act of [home.plan, home.apply]) {
    const refusal = await act(tool, { env }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refusal).toMatchObject({ code: 'invalid_request', message: expect.stringMatching(said) });
    expect(String(refusal)).not.toMatch(/\n|E[A-Z]{4,}/);
  }
  expect(await home.tree()).toEqual(before);
}

describe.each(files)('set-up of $tool', (kept) => {
  const { tool, file, original } = kept;

  needsRoot('keeps owner, group, mode, attributes, access list and hard links of its file', async () => {
    const home = await homeWith(kept);
    const path = home.path(file);
    await chown(path, 0, group);
    await python(setAttributes, path);
    await link(path, home.path('second'));
    const described = async () => {
      const { ino, uid, gid, mode, nlink } = await stat(path);
      return { ino, uid, gid, mode, nlink, attributes: await python(readAttributes, path) };
    };
    const before = await described();
    expect(before.attributes).toMatch(/posix_acl_access.*user\.note/);
    expect(await home.apply(tool)).toMatchObject({ changed: true });
    expect(await described()).toEqual(before);
    expect(await home.read('second')).toBe(await home.read(file));
    await home.undo(tool);
    expect(await described()).toEqual(before);
    expect(await home.read('second')).toBe(original);
  });

  needsRoot('writes into a file that is mounted by itself', async () => {
    const home = await homeWith(kept);
    await home.write('outside', original, 0o640);
    await mountOn(home.path(file), home.path('outside'));
    expect(await home.apply(tool)).toMatchObject({ changed: true });
    expect(await home.read('outside')).not.toBe(original);
    await home.undo(tool);
    expect(await home.read('outside')).toBe(original);
  });

  it('refuses a file without the right to write in a preview, too', async () => {
    const home = await homeWith(kept);
    await home.write(file, original, 0o444);
    await expectRefused(home, tool, /is read-only; nothing was changed$/);
  });

  needsRoot('says in one line, in a preview too, that a file or its folder may not be changed', async () => {
    for (const flag of ['i', 'a'] as const) {
      const home = await homeWith(kept);
      await makeUnchangeable(flag, home.path(file));
      await expectRefused(
        home,
        tool,
        /may not be changed, by an attribute of its own; see: lsattr -d .*; nothing was changed$/,
      );
    }
    const home = await homeWith(kept);
    await makeUnchangeable('i', dirname(home.path(file)));
    await expectRefused(
      home,
      tool,
      /may not be changed, by an attribute of its own; see: lsattr -d .*; nothing was changed$/,
    );
  });
});

describe('the disk of a file', () => {
  const npmrc = 'a=b\n';

  async function homeOnDisk(): Promise<{
    readonly home: ToolHome;
    readonly disk: SmallDisk;
    readonly env: { HOME: string };
  }> {
    const [home, disk] = [await toolHome([git]), await mountSmallDisk()];
    onTestFinished(() => disk.remove());
    await writeFile(join(disk.folder, '.npmrc'), npmrc);
    return { home, disk, env: { HOME: disk.folder } };
  }
  const onDisk = ({ folder }: SmallDisk): Promise<string> => readFile(join(folder, '.npmrc'), 'utf8');

  needsRoot('may be full: it is said, in a preview too, and no folder is left behind', async () => {
    const { home, disk, env } = await homeOnDisk();
    await disk.fill();
    await expectRefused(home, 'npm', /^no space is left to write .*\.npmrc; nothing was changed$/, env);
    expect(await onDisk(disk)).toBe(npmrc);
    await expectRefused(home, 'aws', /^no space is left to write .*\.aws\/config; nothing was changed$/, env);
    await expect(lstat(join(disk.folder, '.aws'))).rejects.toThrow('ENOENT');
  });

  needsRoot('may be mounted read-only: it is said, in a preview too', async () => {
    const { home, disk, env } = await homeOnDisk();
    await disk.readOnly();
    await expectRefused(home, 'npm', /is on a read-only file system; nothing was changed$/, env);
    await expectRefused(home, 'aws', /is on a read-only file system; nothing was changed$/, env);
  });

  needsRoot('may take no record of what the file was: then nothing is written', async () => {
    const { home, disk } = await homeOnDisk();
    await home.write('.npmrc', npmrc);
    await disk.fill();
    const env = { XDG_STATE_HOME: disk.folder };
    await expectRefused(home, 'npm', /^no space is left to write .*; nothing was changed$/, env);
    expect(await home.read('.npmrc')).toBe(npmrc);
  });

  needsRoot('may become full in the middle: the old bytes stay, also of a file that is written over', async () => {
    const { home, disk } = await homeOnDisk();
    // A page more than it has, so that it cannot grow.
    const old = `# ${'x'.repeat(4_000)}\n`;
    await writeFile(join(disk.folder, '.npmrc'), old);
    await home.write('.npmrc', '');
    await mountOn(home.path('.npmrc'), join(disk.folder, '.npmrc'));
    await disk.fill();
    const longer = Buffer.from(old.replaceAll('x', 'y') + 'z'.repeat(9_000));
    for (const file of [join(disk.folder, '.npmrc'), home.path('.npmrc')]) {
      const changed = changeLocked(file, 0o600, async () => ({ bytes: longer }));
      await expect(changed).rejects.toThrow(`no space is left to write ${file}; nothing was changed`);
      expect(await onDisk(disk)).toBe(old);
    }
  });
});

describe('a file of one name', () => {
  needsRoot('is replaced in one step, and its group goes along', async () => {
    const home = await toolHome([git]);
    await home.write('.npmrc', 'a=b\n', 0o640);
    await chown(home.path('.npmrc'), 0, group);
    const { ino } = await stat(home.path('.npmrc'));
    await home.apply('npm');
    const after = await stat(home.path('.npmrc'));
    expect(after).toMatchObject({ uid: 0, gid: group, mode: 0o100640 });
    expect(after.ino).not.toBe(ino);
  });

  needsRoot('is written over where it has an attribute, which a new file would not have', async () => {
    const home = await toolHome([git]);
    await home.write('.npmrc', 'a=b\n', 0o640);
    await python(setAttributes, home.path('.npmrc'));
    const before = await python(readAttributes, home.path('.npmrc'));
    await home.apply('npm');
    expect(await python(readAttributes, home.path('.npmrc'))).toBe(before);
    expect(await home.read('.npmrc')).toContain('tokenHelper');
  });

  it('that is set up and was made read-only is listed as set up', async () => {
    const home = await toolHome([git]);
    await home.write('.npmrc', 'a=b\n');
    await home.apply('npm');
    await chmod(home.path('.npmrc'), 0o444);
    await home.write('bin/pnpm', '', 0o755);
    const env = { ...home.env, PATH: home.path('bin') };
    const states = await listTools({ accounts: [git], programs: home.programs, env }, undefined);
    expect(states.find(({ tool }) => tool === 'npm')).toMatchObject({ state: 'set up' });
  });

  it('is not previewed as writable while another program holds its lock', async () => {
    const home = await toolHome([git]);
    await home.write('.npmrc', 'a=b\n');
    await home.write('.npmrc.lock', '');
    await expect(home.plan('npm')).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    await rm(home.path('.npmrc.lock'));
    expect(await home.plan('npm')).toMatchObject({ changed: true });
  });

  it('may be in a folder that is yet to be made: the one before it is asked', async () => {
    const home = await toolHome([git]);
    await mkdir(home.path('closed'));
    const env = { AWS_CONFIG_FILE: home.path('closed/deep/config') };
    expect(await home.plan('aws', { env })).toMatchObject({ changed: true });
    await expect(lstat(home.path('closed/deep'))).rejects.toThrow('ENOENT');
  });
});
