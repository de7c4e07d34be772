import { chmod, cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { filesBelow } from './file-list.ts';
import { companionName, installFolder } from './identity.ts';
import { type LinuxFormat, systemFiles } from './system-files.ts';

/** A folder as the root of the system it will be installed in. */
export interface PackageTree {
  readonly root: string;
  /** Files outside the app's own folder, each with a slash first. */
  readonly systemFiles: readonly string[];
  /** Names for PATH. */
  readonly programs: readonly string[];
  readonly kilobytes: number;
}

/** Modes are made, not taken over: they depend on the umask of whoever built. */
async function setModes(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    if (!entry.isFile()) continue;
    const runs = ((await stat(path)).mode & 0o100) !== 0;
    await chmod(path, runs ? 0o755 : 0o644);
  }
}

/** Chromium's sandbox helper must be root's and setuid where user namespaces are closed to it. */
async function openSandbox(app: string): Promise<void> {
  await chmod(join(app, 'chrome-sandbox'), 0o4755);
}

async function kilobytesOf(root: string): Promise<number> {
  const sizes = filesBelow(root).map(async (file) => (await stat(join(root, file))).size);
  return Math.ceil((await Promise.all(sizes)).reduce((sum, size) => sum + size, 0) / 1024);
}

/** Lays out the packaged app `dir` in `root`, which is made anew. */
export async function layOut(root: string, dir: string, format: LinuxFormat, version: string): Promise<PackageTree> {
  await rm(root, { recursive: true, force: true });
  const app = join(root, installFolder);
  await mkdir(dirname(app), { recursive: true });
  await cp(dir, app, { recursive: true, verbatimSymlinks: true });
  const companion = join(app, 'resources', companionName);
  const files = systemFiles(format, version, await readFile(join(companion, 'LICENSE'), 'utf8'));
  for (const { path, content } of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  await setModes(root);
  await openSandbox(app);
  return {
    root,
    systemFiles: files.map(({ path }) => `/${path}`),
    programs: (await readdir(join(companion, 'bin'))).sort(),
    kilobytes: await kilobytesOf(root),
  };
}
