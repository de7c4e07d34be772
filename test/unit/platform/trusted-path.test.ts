import { execFile } from 'node:child_process';
import { chmod, chown, lchown, link, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  describeProblem,
  judgePath,
  openTrusted,
  requireOwnFolder,
  wayProblem,
} from '../../../core/platform/trusted-path.ts';
import { needsRoot } from '../../support/needs-root.ts';

const uid = process.getuid?.() ?? 0;
let folder: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'keytray-way-')));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function problemWith(path: string, user: number): string | undefined {
  const problem = wayProblem(path, user);
  return problem === undefined ? undefined : describeProblem(problem);
}

async function make(name: string, mode: number): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  await chmod(path, mode);
  return path;
}

describe('wayProblem', () => {
  it('finds nothing wrong with folders of ours, under a folder that everybody shares', () => {
    expect(problemWith(folder, uid)).toBeUndefined();
    expect(problemWith('/', uid)).toBeUndefined();
  });

  it('has nothing to say of what is not there yet', () => {
    expect(problemWith(join(folder, 'a', 'b', 'c'), uid)).toBeUndefined();
  });

  it('names the folder that others can write to, however far up, and the cure', async () => {
    const open = await make('open', 0o777);
    await mkdir(join(open, 'a'));
    await mkdir(join(open, 'a', 'b'), { mode: 0o700 });
    const problem = `others can write to ${open}; run: chmod go-w ${open}`;
    expect(problemWith(join(open, 'a', 'b'), uid)).toBe(problem);
    expect(problemWith(join(open, 'not', 'yet'), uid)).toBe(problem);
    await chmod(open, 0o755);
    expect(problemWith(join(open, 'a', 'b'), uid)).toBeUndefined();
  });

  it('lets the sticky bit pass, which keeps our files ours', async () => {
    expect(problemWith(await make('sticky', 0o1777), uid)).toBeUndefined();
  });

  needsRoot('takes a group for others, unless it is root’s or the user’s own', async () => {
    const path = await make('group', 0o775);
    expect(problemWith(path, uid)).toBeUndefined();
    await chown(path, 4242, 4242);
    expect(problemWith(path, 4242)).toBeUndefined();
    await chown(path, 4242, 100);
    expect(problemWith(path, 4242)).toContain('others can write');
  });

  needsRoot('refuses folders of somebody else who is not root', async () => {
    const path = await make('theirs', 0o755);
    await chown(path, 65534, 65534);
    expect(problemWith(join(path, 'run'), uid)).toBe(`${path} belongs to uid 65534; run it without sudo`);
    expect(problemWith('/usr', 4242)).toBeUndefined();
  });

  it('follows a link to where it leads, and judges that', async () => {
    const open = await make('open', 0o777);
    await mkdir(join(open, 'in'));
    await symlink('open/in', join(folder, 'relative'));
    await symlink(join(folder, 'relative'), join(folder, 'absolute'));
    expect(problemWith(join(folder, 'absolute', 'run'), uid)).toContain(`chmod go-w ${open}`);
    await symlink('../..', join(open, 'in', 'up'));
    expect(problemWith(join(folder, 'relative', 'up'), uid)).toContain(`chmod go-w ${open}`);
    await chmod(open, 0o700);
    expect(problemWith(join(folder, 'absolute', 'up'), uid)).toBeUndefined();
  });

  needsRoot('refuses a link that somebody else laid', async () => {
    const shared = await make('shared', 0o1777);
    const good = await make('good', 0o700);
    const laid = join(shared, 'run');
    await symlink(good, laid);
    expect(problemWith(laid, uid)).toBeUndefined();
    await lchown(laid, 65534, 65534);
    expect(problemWith(laid, uid)).toBe(`${laid} is a link that belongs to uid 65534; run it without sudo`);
  });

  it('ends where links lead in a circle, and where a file is in the way', async () => {
    await symlink('b', join(folder, 'a'));
    await symlink('a', join(folder, 'b'));
    expect(problemWith(join(folder, 'a'), uid)).toContain('too many links');
    await writeFile(join(folder, 'file'), '');
    expect(problemWith(join(folder, 'file', 'x'), uid)).toContain('not a folder');
  });
});

describe('judgePath', () => {
  it('names the file behind links of ours', async () => {
    await writeFile(join(folder, 'file'), '');
    await symlink('file', join(folder, 'near'));
    await symlink(join(folder, 'near'), join(folder, 'far'));
    expect(judgePath(join(folder, 'far'), uid)).toMatchObject({ kind: 'trusted', path: join(folder, 'file') });
    await symlink('nowhere', join(folder, 'dangling'));
    expect(judgePath(join(folder, 'dangling'), uid)).toEqual({ kind: 'absent', path: join(folder, 'nowhere') });
  });

  it('refuses a file that others may write to', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await chmod(file, 0o602);
    expect(judgePath(file, uid)).toMatchObject({ problem: { kind: 'mode', fix: `run: chmod go-w ${file}` } });
  });

  needsRoot('takes a file of the user’s private group for theirs, and one of another group not', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '', { mode: 0o664 });
    await chmod(folder, 0o755);
    await chmod(file, 0o664);
    await chown(file, 4242, 4242);
    expect(judgePath(file, 4242)).toMatchObject({ kind: 'trusted' });
    await chown(file, 4242, 100);
    expect(judgePath(file, 4242)).toMatchObject({ problem: { kind: 'mode' } });
    await chown(file, 0, 0);
    expect(judgePath(file, 4242)).toMatchObject({ problem: { kind: 'mode' } });
  });

  needsRoot('offers the owner’s right over a file to its user, and to root only to go without sudo', async () => {
    await chmod(folder, 0o755);
    const file = join(folder, 'it’s');
    await writeFile(file, '');
    await chown(file, 65534, 65534);
    expect(judgePath(file, 4242)).toMatchObject({ problem: { fix: `run: sudo chown 4242 '${file}'` } });
    expect(judgePath(file, 0)).toMatchObject({ problem: { fix: 'run it without sudo' } });
    expect(judgePath(join(folder, 'none'), 4242)).toMatchObject({ kind: 'absent' });
  });

  it('refuses a second name of a file in a folder that others may add to', async () => {
    const shared = await make('shared', 0o1777);
    const file = join(folder, 'file');
    await writeFile(file, '');
    await link(file, join(shared, 'laid'));
    expect(judgePath(join(shared, 'laid'), uid)).toMatchObject({ problem: { kind: 'names' } });
    expect(judgePath(file, uid)).toMatchObject({ kind: 'trusted' });
    await rm(file);
    expect(judgePath(join(shared, 'laid'), uid)).toMatchObject({ kind: 'trusted' });
  });

  needsRoot('trusts root’s store, whose builders’ group may add to it and whose equal files are one', async () => {
    await chmod(folder, 0o755);
    const store = await make('store', 0o1775);
    await chown(store, 0, 30_000);
    await writeFile(join(store, 'config'), '', { mode: 0o444 });
    await link(join(store, 'config'), join(store, 'other'));
    const home = await make('home', 0o700);
    await symlink(join(store, 'config'), join(home, 'config.yaml'));
    await chown(home, 4242, 4242);
    await lchown(join(home, 'config.yaml'), 4242, 4242);
    expect(judgePath(join(home, 'config.yaml'), 4242)).toMatchObject({ kind: 'trusted' });
    await chown(join(store, 'config'), 30_001, 30_000);
    expect(judgePath(join(home, 'config.yaml'), 4242)).toMatchObject({ problem: { kind: 'owner' } });
  });
});

describe('openTrusted', () => {
  it('opens the file behind links of ours', async () => {
    await writeFile(join(folder, 'file'), 'text');
    await symlink('file', join(folder, 'link'));
    const opened = await openTrusted(join(folder, 'link'), uid);
    expect(opened).toMatchObject({ kind: 'opened', path: join(folder, 'file') });
    if (opened.kind !== 'opened') return;
    expect(await opened.handle.readFile('utf8')).toBe('text');
    await opened.handle.close();
  });

  it('has nothing where nothing is, or a link leads nowhere', async () => {
    expect(await openTrusted(join(folder, 'none', 'file'), uid)).toEqual({ kind: 'missing' });
    await symlink('none', join(folder, 'link'));
    expect(await openTrusted(join(folder, 'link'), uid)).toEqual({ kind: 'missing' });
  });

  it('refuses what is no file, without waiting for it', async () => {
    expect(await openTrusted(folder, uid)).toMatchObject({ problem: { kind: 'type' } });
    await promisify(execFile)('mkfifo', [join(folder, 'pipe')]);
    expect(await openTrusted(join(folder, 'pipe'), uid)).toMatchObject({ problem: { kind: 'type' } });
  });

  it('never reads what takes the place of a judged file', async () => {
    const shared = await make('shared', 0o777);
    await writeFile(join(shared, 'file'), '');
    expect(await openTrusted(join(shared, 'file'), uid)).toMatchObject({ problem: { path: shared, kind: 'mode' } });
  });
});

describe('requireOwnFolder', () => {
  it('wants a folder into which nobody else can put a file', async () => {
    expect(() => requireOwnFolder(join(folder, 'none', 'yet'), uid)).not.toThrow();
    expect(() => requireOwnFolder(folder, uid)).not.toThrow();
    const shared = await make('shared', 0o1777);
    expect(() => requireOwnFolder(join(shared, 'mine'), uid)).not.toThrow();
    expect(() => requireOwnFolder(shared, uid)).toThrow(`others can write to ${shared}; run: chmod go-w ${shared}`);
    await writeFile(join(folder, 'file'), '');
    expect(() => requireOwnFolder(join(folder, 'file'), uid)).toThrow('is not a folder');
  });
});
