import { existsSync } from 'node:fs';
import { lstat, readdir, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { accounts, cases } from './tool-cases.ts';
import { type ToolHome, toolHome } from './tool-home.ts';

const filled = (home: ToolHome, text: string): string => text.replaceAll('BIN', home.programs.bin);
const crlf = (text: string): string => text.replaceAll('\n', '\r\n');

describe.each(cases)('setup $tool', ({ tool, file, original, wanted, edit, needsFile }) => {
  it('writes what is wanted, keeps the rest and the mode, and can be repeated', async () => {
    const home = await toolHome(accounts);
    await home.write(file, original, 0o640);
    const report = await home.apply(tool);
    expect(report).toMatchObject({ tool, changed: true });
    const text = await home.read(file);
    for (const part of wanted) expect(text).toContain(filled(home, part));
    const kept = text.split('\n');
    const lost = original.split('\n').filter((line) => line !== '' && !kept.includes(line));
    // What is set already is written over; all else stays as it is.
    expect(lost.length).toBeLessThanOrEqual(1);
    expect((await stat(home.path(file))).mode & 0o777).toBe(0o640);

    const tree = await home.tree();
    expect(await home.apply(tool)).toMatchObject({ changed: false, files: [] });
    expect(await home.tree()).toEqual(tree);
  });

  it.each([
    ['', original],
    [' with CRLF', crlf(original)],
    [' without an end of its last line', original.trimEnd()],
  ])('is undone byte for byte%s', async (_name, text) => {
    const home = await toolHome(accounts);
    await home.write(file, text, 0o600);
    await home.apply(tool);
    expect(await home.read(file)).not.toBe(text);
    const report = await home.undo(tool);
    expect(report.lines.join()).toContain('byte for byte');
    expect(await home.read(file)).toBe(text);
    expect(await home.undo(tool)).toMatchObject({ changed: false });
  });

  it.each([
    ['', (text: string) => text],
    [' with CRLF', crlf],
  ])('takes out its own after an edit of somebody else%s', async (_name, form) => {
    const home = await toolHome(accounts);
    await home.write(file, form(original));
    await home.apply(tool);
    await home.write(file, edit(await home.read(file)));
    // Setting it up again must not take the edit for its own.
    await home.apply(tool);
    const report = await home.undo(tool);
    expect((await home.read(file)).replaceAll('\r\n', '\n').trimEnd()).toBe(edit(original).trimEnd());
    expect(report.changed).toBe(true);
  });

  it('finds its own lines without a record', async () => {
    const home = await toolHome(accounts);
    await home.write(file, original);
    await home.apply(tool);
    await home.undo(tool, { env: { XDG_STATE_HOME: join(home.home, 'forgotten') } });
    // pip's words are everybody's: without a record they stay.
    const left = (await home.read(file)).includes('keytray') || (await home.read(file)).includes('= subprocess');
    expect(left).toBe(tool === 'pip');
  });

  it('only shows the difference on a dry run, and no secret', async () => {
    const home = await toolHome(accounts);
    await home.write(file, original);
    const before = await home.tree();
    const report = await home.plan(tool);
    expect(report.changed).toBe(true);
    const diff = report.files.map((change) => change.diff).join('');
    expect(diff).toContain(`--- ${home.path(file)}\n+++ ${home.path(file)}\n@@`);
    expect(diff).not.toMatch(/hunter2|aHVudGVyMg/);
    expect(await home.tree()).toEqual(before);

    await home.apply(tool);
    const after = await home.tree();
    expect((await home.plan(tool, { undo: true })).changed).toBe(true);
    expect(await home.tree()).toEqual(after);
  });

  it('makes a file that is missing, for its owner alone, and takes it away again', async () => {
    const home = await toolHome(accounts);
    const report = await home.apply(tool);
    expect(existsSync(home.path(file))).toBe(needsFile !== true);
    if (needsFile !== true) expect((await stat(home.path(file))).mode & 0o777).toBe(0o600);
    expect(report.changed).toBe(needsFile !== true);
    await home.undo(tool);
    expect(await readdir(home.home)).toEqual([]);
  });

  it('leaves a symbolic link in place', async () => {
    const home = await toolHome(accounts);
    await home.write('dotfiles/real', original);
    await home.write(join(file, '..', '.keep'), '');
    await symlink(home.path('dotfiles/real'), home.path(file));
    await home.apply(tool);
    expect((await lstat(home.path(file))).isSymbolicLink()).toBe(true);
    expect(await home.read('dotfiles/real')).toContain(filled(home, wanted[0] ?? ''));
    await home.undo(tool);
    expect(await home.read('dotfiles/real')).toBe(original);
  });

  it('refuses a read-only file', async () => {
    const home = await toolHome(accounts);
    await home.write(file, original, 0o444);
    const before = await home.tree();
    await expect(home.apply(tool)).rejects.toThrow(/is read-only; nothing was changed/);
    expect(await home.tree()).toEqual(before);
  });

  it('takes out what no account serves any more', async () => {
    const home = await toolHome(accounts);
    await home.write(file, original);
    await home.apply(tool);
    await home.apply(tool, { accounts: [{ id: 'lab', serves: {} }] });
    // pip asks about every index, whatever hosts there are; Terraform and Go about every address.
    const stays = ['pip', 'terraform', 'go'].includes(tool);
    if (!stays) expect(await home.read(file)).toBe(original);
    await home.undo(tool);
    expect(await home.read(file)).toBe(original);
  });
});
