import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { repository } from '../support/keytray.ts';

const run = promisify(execFile);

/** The last commit before records, items and setup records could change their form; homes it made must keep working. */
export const formerCommit = '8b1344b';

/** The programs of an earlier commit, built from its own sources. */
export interface FormerVersion {
  program(name: string): string;
  remove(): Promise<void>;
}

/**
 * Lays the commit out in a temporary folder and builds it there, with the dependencies of this checkout. Not a git
 * worktree, which would stay registered if the run were killed.
 */
export async function buildFormerVersion(): Promise<FormerVersion> {
  const folder = await mkdtemp(path.join(tmpdir(), 'keytray-former-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await layOut(folder);
    await symlink(path.join(repository, 'node_modules'), path.join(folder, 'node_modules'));
    await run(process.execPath, ['--disable-warning=ExperimentalWarning', 'build/bundle.ts'], { cwd: folder });
  } catch (error) {
    await remove();
    throw error;
  }
  return { program: (name) => path.join(folder, 'out/bin', name), remove };
}

async function layOut(folder: string): Promise<void> {
  const archive = spawn('git', ['-c', 'safe.directory=*', 'archive', formerCommit], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const unpacking = spawn('tar', ['-x', '-C', folder], { stdio: ['pipe', 'inherit', 'inherit'] });
  archive.stdout.pipe(unpacking.stdin);
  const ended = await Promise.all([once(archive, 'close'), once(unpacking, 'close')]);
  if (ended.some(([status]) => status !== 0)) throw new Error(`commit ${formerCommit} could not be laid out`);
}
