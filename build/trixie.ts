import { execFile } from 'node:child_process';
import { access, cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { debianKeyring, downloadPackages } from './private-apt.ts';
import { newEnough, type TrixieProgram, trixiePrograms } from './trixie-programs.ts';

/**
 * Some tests need programs that Debian 12 has too old. This unpacks those of Debian 13 "trixie", with everything
 * they run on, into a folder for chroot(8). Nothing is installed.
 */

const defaultFolder = '/var/cache/keytray/trixie';

const programs: readonly TrixieProgram[] = Object.values(trixiePrograms);
/** Beside them: a shell and the tools of git's scripts, the usr-merge links, and what Node is linked against. */
const surroundings = ['base-files', 'dash', 'coreutils', 'sed', 'grep', 'libc-bin', 'libgcc-s1', 'libstdc++6'];
const packages = [...programs.map((program) => program.package), ...surroundings];
/** Written last, and names what the tree was made for. */
const marker = '.keytray-complete';
/** Go does not start without /proc, the AWS command line not without random numbers. */
const inChroot = 'mount --rbind /proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"';
const run = promisify(execFile);

export interface TrixieOptions {
  /** Default `$KEYTRAY_TRIXIE`, else `/var/cache/keytray/trixie`. */
  readonly folder?: string;
  readonly say?: (line: string) => void;
}

export function trixieFolder(): string {
  return process.env.KEYTRAY_TRIXIE ?? defaultFolder;
}

/** Rejects with a message that names what is missing. */
export async function ensureTrixie(options: TrixieOptions = {}): Promise<void> {
  const folder = path.resolve(options.folder ?? trixieFolder());
  const say = options.say ?? sayOnStderr;
  if (process.getuid?.() !== 0) throw new Error('programs of trixie run in a chroot, which needs root');

  const present = await installedVersions(folder);
  if (present !== undefined) {
    say(`${folder} has ${present}`);
    return;
  }
  await access(debianKeyring).catch(() => {
    throw new Error(`${debianKeyring} is missing: apt-get install debian-archive-keyring`);
  });

  await mkdir(path.dirname(folder), { recursive: true });
  const work = await mkdtemp(`${folder}.`);
  try {
    const archives = await downloadPackages(work, packages, say);
    const tree = path.join(work, 'root');
    await unpack(archives, tree, say);
    const versions = await checkedVersions(tree);
    await writeFile(path.join(tree, marker), [packages.join(' '), ...archives.map(baseName), ''].join('\n'));
    await replace(tree, folder, work);
    say(`${folder} has ${versions}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Undefined unless the folder was finished for the same packages, and what is in it runs. */
async function installedVersions(folder: string): Promise<string | undefined> {
  try {
    const [madeFor] = (await readFile(path.join(folder, marker), 'utf8')).split('\n');
    return madeFor === packages.join(' ') ? await checkedVersions(folder) : undefined;
  } catch {
    return undefined;
  }
}

async function checkedVersions(folder: string): Promise<string> {
  const found: string[] = [];
  for (const program of programs) {
    const command = ['--mount', '--propagation=private', '/bin/sh', '-c', inChroot, folder, program.path];
    const { stdout } = await run('unshare', [...command, ...program.version], {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' },
    });
    const version = newEnough(program, stdout);
    if (version === undefined) throw new Error(`${program.package}: ${stdout.trim()} is too old`);
    found.push(`${program.package} ${version}`);
  }
  return found.join(', ');
}

async function unpack(archives: readonly string[], tree: string, say: (line: string) => void): Promise<void> {
  say(`unpacking ${archives.length} packages`);
  await mkdir(tree, { recursive: true });
  // base-files first: it brings /bin -> usr/bin and its like, through which the other packages unpack.
  const isBase = (file: string) => baseName(file).startsWith('base-files_');
  for (const archive of [...archives.filter(isBase), ...archives.filter((file) => !isBase(file))]) {
    await run('dpkg-deb', ['--extract', archive, tree]);
  }
  const shell = path.join(tree, 'usr/bin/sh');
  await access(shell).catch(() => symlink('dash', shell));
  for (const folder of ['dev', 'proc', 'tmp', 'root']) await mkdir(path.join(tree, folder), { recursive: true });
  // git does not start without it, and chroot alone brings no devices.
  await run('mknod', ['--mode=666', path.join(tree, 'dev/null'), 'c', '1', '3']);
  // git and ssh look the user up; without these, commits by root have no name.
  for (const file of ['passwd', 'group', 'nsswitch.conf']) {
    const target = path.join(tree, 'etc', file);
    await access(target).catch(() => cp(path.join('/etc', file), target, { force: true }));
  }
}

async function replace(tree: string, folder: string, work: string): Promise<void> {
  // rename(2) replaces no folder that holds something; the old one goes out of the way first.
  await rename(folder, path.join(work, 'old')).catch((failure: unknown) => {
    if (!(failure instanceof Error && 'code' in failure && failure.code === 'ENOENT')) throw failure;
  });
  await rename(tree, folder);
}

function baseName(file: string): string {
  return path.basename(file);
}

function sayOnStderr(line: string): void {
  process.stderr.write(`trixie: ${line}\n`);
}

if (import.meta.main) {
  try {
    await ensureTrixie();
  } catch (failure) {
    process.stderr.write(`trixie: ${failure instanceof Error ? failure.message : String(failure)}\n`);
    process.exitCode = 1;
  }
}
