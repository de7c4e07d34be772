import { chmod, chown, lchown, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wayProblem } from '../../../core/local-api/folder-trust.ts';
import { needsRoot } from '../../support/needs-root.ts';

const uid = process.getuid?.() ?? 0;
let folder: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'keytray-way-')));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function make(name: string, mode: number): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  await chmod(path, mode);
  return path;
}

describe('wayProblem', () => {
  it('finds nothing wrong with folders of ours, under a folder that everybody shares', () => {
    expect(wayProblem(folder, uid)).toBeUndefined();
    expect(wayProblem('/', uid)).toBeUndefined();
  });

  it('has nothing to say of what is not there yet', () => {
    expect(wayProblem(join(folder, 'a', 'b', 'c'), uid)).toBeUndefined();
  });

  it('names the folder that others can write to, however far up, and the cure', async () => {
    const open = await make('open', 0o777);
    await mkdir(join(open, 'a'));
    await mkdir(join(open, 'a', 'b'), { mode: 0o700 });
    const problem = `others can write to ${open}; run: chmod go-w ${open}`;
    expect(wayProblem(join(open, 'a', 'b'), uid)).toBe(problem);
    expect(wayProblem(join(open, 'not', 'yet'), uid)).toBe(problem);
    await chmod(open, 0o755);
    expect(wayProblem(join(open, 'a', 'b'), uid)).toBeUndefined();
  });

  it('lets the sticky bit pass, which keeps our files ours', async () => {
    expect(wayProblem(await make('sticky', 0o1777), uid)).toBeUndefined();
  });

  needsRoot('takes a group for others, unless it is root’s or the user’s own', async () => {
    const path = await make('group', 0o775);
    expect(wayProblem(path, uid)).toBeUndefined();
    await chown(path, 4242, 4242);
    expect(wayProblem(path, 4242)).toBeUndefined();
    await chown(path, 4242, 100);
    expect(wayProblem(path, 4242)).toContain('others can write');
  });

  needsRoot('refuses folders of somebody else who is not root', async () => {
    const path = await make('theirs', 0o755);
    await chown(path, 65534, 65534);
    expect(wayProblem(join(path, 'run'), uid)).toBe(`${path} belongs to uid 65534`);
    expect(wayProblem('/usr', 4242)).toBeUndefined();
  });

  it('follows a link to where it leads, and judges that', async () => {
    const open = await make('open', 0o777);
    await mkdir(join(open, 'in'));
    await symlink('open/in', join(folder, 'relative'));
    await symlink(join(folder, 'relative'), join(folder, 'absolute'));
    expect(wayProblem(join(folder, 'absolute', 'run'), uid)).toContain(`chmod go-w ${open}`);
    await symlink('../..', join(open, 'in', 'up'));
    expect(wayProblem(join(folder, 'relative', 'up'), uid)).toContain(`chmod go-w ${open}`);
    await chmod(open, 0o700);
    expect(wayProblem(join(folder, 'absolute', 'up'), uid)).toBeUndefined();
  });

  needsRoot('refuses a link that somebody else laid', async () => {
    const shared = await make('shared', 0o1777);
    const good = await make('good', 0o700);
    const link = join(shared, 'run');
    await symlink(good, link);
    expect(wayProblem(link, uid)).toBeUndefined();
    await lchown(link, 65534, 65534);
    expect(wayProblem(link, uid)).toBe(`${link} is a link that belongs to uid 65534`);
  });

  it('ends where links lead in a circle, and where a file is in the way', async () => {
    await symlink('b', join(folder, 'a'));
    await symlink('a', join(folder, 'b'));
    expect(wayProblem(join(folder, 'a'), uid)).toContain('too many links');
    await writeFile(join(folder, 'file'), '');
    expect(wayProblem(join(folder, 'file', 'x'), uid)).toContain('not a folder');
  });
});
