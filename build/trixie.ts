import { execFile } from 'node:child_process';
import { access, cp, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

/**
 * The tests need a git that can send Bearer (2.46 and later), which Debian 12 lacks. This unpacks the one of
 * Debian 13 "trixie", with everything it runs on, into a folder for chroot(8). Nothing is installed: apt works
 * with state, cache and sources of its own, so the machine's own packages are never touched.
 */

const defaultFolder = '/var/cache/keytray/trixie-git';

/** Beside git: a shell and the tools its scripts use, the usr-merge links, and what Node is linked against. */
const packages = ['git', 'base-files', 'dash', 'coreutils', 'sed', 'grep', 'libc-bin', 'libgcc-s1', 'libstdc++6'];
const neededVersion = { major: 2, minor: 46 };
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const marker = '.keytray-complete';
const run = promisify(execFile);

export interface TrixieGitOptions {
  /** Default `$KEYTRAY_TRIXIE_GIT`, else `/var/cache/keytray/trixie-git`. */
  readonly folder?: string;
  readonly say?: (line: string) => void;
}

export function trixieGitFolder(): string {
  return process.env.KEYTRAY_TRIXIE_GIT ?? defaultFolder;
}

/** Resolves to git's version. Rejects with a message that names what is missing. */
export async function ensureTrixieGit(options: TrixieGitOptions = {}): Promise<string> {
  const folder = path.resolve(options.folder ?? trixieGitFolder());
  const say = options.say ?? sayOnStderr;
  if (process.getuid?.() !== 0) throw new Error('trixie git runs in a chroot, which needs root');

  const present = await installedVersion(folder);
  if (present !== undefined) {
    say(`trixie git ${present} is in ${folder}`);
    return present;
  }
  await access(keyring).catch(() => {
    throw new Error(`${keyring} is missing: apt-get install debian-archive-keyring`);
  });

  await mkdir(path.dirname(folder), { recursive: true });
  const work = await mkdtemp(`${folder}.`);
  try {
    const archives = await download(work, say);
    const tree = path.join(work, 'root');
    await unpack(archives, tree, say);
    const version = await checkedVersion(tree);
    await writeFile(path.join(tree, marker), `${archives.map((file) => path.basename(file)).join('\n')}\n`);
    await replace(tree, folder, work);
    say(`trixie git ${version} is in ${folder}`);
    return version;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Undefined unless the folder was finished and its git runs and is new enough. */
async function installedVersion(folder: string): Promise<string | undefined> {
  try {
    await access(path.join(folder, marker));
    return await checkedVersion(folder);
  } catch {
    return undefined;
  }
}

async function checkedVersion(folder: string): Promise<string> {
  const { stdout } = await run('chroot', [folder, '/usr/bin/git', 'version'], {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  const [, version, major, minor] = /^git version ((\d+)\.(\d+)\S*)/.exec(stdout) ?? [];
  const isNewEnough =
    Number(major) > neededVersion.major ||
    (Number(major) === neededVersion.major && Number(minor) >= neededVersion.minor);
  if (version === undefined || !isNewEnough) throw new Error(`${stdout.trim()} is too old`);
  return version;
}

/** Resolves to the package files of the whole dependency closure, checked against Debian's signature by apt. */
async function download(work: string, say: (line: string) => void): Promise<string[]> {
  const environment = await privateApt(work);
  const apt = async (...args: string[]) => {
    try {
      await run('apt-get', ['-q', ...args], { env: environment, maxBuffer: 16 * 1024 * 1024 });
    } catch (failure) {
      throw new Error(`apt-get ${args[0]} for Debian trixie failed: ${stderrOf(failure)}`, { cause: failure });
    }
  };
  say('reading the package lists of Debian trixie');
  await apt('update', '--error-on=any');
  say(`downloading ${packages.join(' ')} and what they depend on`);
  await apt('install', '--yes', '--no-install-recommends', '--download-only', ...packages);

  const folder = path.join(work, 'cache/archives');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.deb')).sort();
  if (!files.some((name) => name.startsWith('git_'))) throw new Error('apt-get downloaded no git');
  return files.map((name) => path.join(folder, name));
}

/** With an empty status file apt believes that nothing is installed and resolves the whole closure. */
async function privateApt(work: string): Promise<NodeJS.ProcessEnv> {
  for (const folder of ['etc/none', 'state/lists/partial', 'cache/archives/partial', 'log']) {
    await mkdir(path.join(work, folder), { recursive: true });
  }
  const { stdout: architecture } = await run('dpkg', ['--print-architecture']);
  const mirror = process.env.KEYTRAY_DEBIAN_MIRROR ?? 'http://deb.debian.org/debian';
  await writeFile(path.join(work, 'state/status'), '');
  await writeFile(
    path.join(work, 'etc/sources.list'),
    `deb [arch=${architecture.trim()} signed-by=${keyring}] ${mirror} trixie main\n`,
  );
  const configuration = path.join(work, 'etc/apt.conf');
  const settings: Record<string, string> = {
    'Dir::State': path.join(work, 'state'),
    'Dir::State::status': path.join(work, 'state/status'),
    'Dir::Cache': path.join(work, 'cache'),
    'Dir::Log': path.join(work, 'log'),
    'Dir::Etc::main': '/dev/null',
    'Dir::Etc::parts': path.join(work, 'etc/none'),
    'Dir::Etc::sourcelist': path.join(work, 'etc/sources.list'),
    'Dir::Etc::sourceparts': path.join(work, 'etc/none'),
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': path.join(work, 'etc/none'),
    'APT::Architecture': architecture.trim(),
    'Acquire::Languages': 'none',
    // The download user of apt may not read a folder that only root can enter.
    'APT::Sandbox::User': 'root',
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key} "${value}";`);
  await writeFile(configuration, [...(await machineAcquire()), ...lines, ''].join('\n'));
  return { PATH: process.env.PATH, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive', APT_CONFIG: configuration };
}

/** Proxies, retries and date checks as this machine has them: without its proxy it may reach no mirror. */
async function machineAcquire(): Promise<string[]> {
  const { stdout } = await run('apt-config', ['dump', 'Acquire']);
  return stdout.split('\n').filter((line) => /^Acquire::(https?::|Retries |Check-Valid-Until |Check-Date )/.test(line));
}

async function unpack(archives: readonly string[], tree: string, say: (line: string) => void): Promise<void> {
  say(`unpacking ${archives.length} packages`);
  await mkdir(tree, { recursive: true });
  // base-files first: it brings /bin -> usr/bin and its like, through which the other packages unpack.
  const isBase = (file: string) => path.basename(file).startsWith('base-files_');
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

function stderrOf(failure: unknown): string {
  const stderr = failure instanceof Error && 'stderr' in failure ? String(failure.stderr).trim() : '';
  return stderr === '' ? String(failure) : stderr;
}

function sayOnStderr(line: string): void {
  process.stderr.write(`trixie-git: ${line}\n`);
}

if (import.meta.main) {
  try {
    await ensureTrixieGit();
  } catch (failure) {
    process.stderr.write(`trixie-git: ${failure instanceof Error ? failure.message : String(failure)}\n`);
    process.exitCode = 1;
  }
}
