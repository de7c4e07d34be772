import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Finished, runToEnd } from './processes.ts';

/** A git to run: this machine's own, or the one in the chroot (trixie.ts). */
export interface GitProgram {
  readonly name: string;
  /** Program and arguments that run git with `args` in `cwd`. */
  command(args: readonly string[], cwd: string): readonly [string, ...string[]];
}

export interface RunOptions {
  /** Relative to the sandbox's work folder. */
  readonly cwd?: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface GitSandbox {
  readonly home: string;
  readonly work: string;
  readonly program: GitProgram;
  /** Runs git to its end, whatever its status. */
  run(args: readonly string[], options?: RunOptions): Promise<Finished>;
  /** Runs git and resolves to its stdout; rejects with its stderr unless it ends with 0. */
  git(...args: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

export interface GitSandboxOptions {
  readonly program?: GitProgram;
  /** Added to git's environment, for example `KEYTRAY_SOCKET`. */
  readonly env?: Readonly<Record<string, string>>;
}

export const machineGit: GitProgram = { name: 'machine', command: (args) => ['git', ...args] };

/** A git with a home of its own that asks nobody anything. */
export async function createGitSandbox(options: GitSandboxOptions = {}): Promise<GitSandbox> {
  const program = options.program ?? machineGit;
  const folder = await mkdtemp(path.join(tmpdir(), 'keytray-git-'));
  const home = path.join(folder, 'home');
  const work = path.join(folder, 'work');
  await mkdir(home);
  await mkdir(work);
  const environment = {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: home,
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.org',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.org',
    ...options.env,
  };
  const run = (args: readonly string[], { cwd = '.', input = '', env = {} }: RunOptions = {}) => {
    const [file, ...rest] = program.command(args, path.join(work, cwd));
    return runToEnd(file, rest, { cwd: path.join(work, cwd), input, env: { ...environment, ...env } });
  };
  return {
    home,
    work,
    program,
    run,
    async git(...args) {
      const { status, stdout, stderr } = await run(args);
      if (status !== 0) throw new Error(`git ${args.join(' ')} ended with ${status}: ${stderr}`);
      return stdout;
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
