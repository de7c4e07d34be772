import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { quotedWord } from '../../../core/platform/command-words.ts';
import { type SetupOptions, type SetupReport, setupGit } from '../../../core/setup/git/git.ts';

export interface GitHome {
  readonly home: string;
  /** A stand-in for our helper: notes that it was called, and answers `get`. */
  readonly helper: string;
  readonly env: Readonly<Record<string, string>>;
  readonly gitconfig: string;
  setup(options?: Partial<SetupOptions>): Promise<SetupReport>;
  /** `git credential fill`: what git says it would log in with. */
  fill(request: string): Promise<string>;
  calls(): Promise<string>;
}

/** A home folder of its own for real git, whose name is as awkward as a shell allows. */
export async function gitHome(): Promise<GitHome> {
  const base = await mkdtemp(join(tmpdir(), 'keytray-setup-'));
  onTestFinished(() => rm(base, { recursive: true, force: true }));
  const home = join(base, `a $(touch HIT) 'b' "c" & d`);
  const helper = join(home, 'bin', 'git-credential-keytray');
  const log = join(home, 'calls');
  await mkdir(dirname(helper), { recursive: true });
  await writeFile(
    helper,
    `#!/bin/sh\necho "keytray $1" >>${quotedWord(log)}\n[ "$1" = get ] && printf 'username=u\\npassword=from-keytray\\n'\nexit 0\n`,
  );
  await chmod(helper, 0o755);
  const env = {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '/bin/false',
  };
  const defaults: SetupOptions = {
    hosts: [{ host: 'git.example', loopback: false, ambiguous: false }],
    helper,
    stateFolder: join(home, 'state'),
    env,
    cwd: base,
    undo: false,
    dryRun: false,
  };
  return {
    home,
    helper,
    env,
    gitconfig: join(home, '.gitconfig'),
    setup: (options) => setupGit({ ...defaults, ...options }),
    fill: (request) => git(['credential', 'fill'], env, base, request),
    calls: () => readFile(log, 'utf8').catch(() => ''),
  };
}

/** Standard output, whatever the status. */
export function git(args: readonly string[], env: GitHome['env'], cwd: string, input = ''): Promise<string> {
  return new Promise((resolve) => {
    const child = execFile('git', args, { env, cwd }, (_error, stdout) => resolve(stdout));
    // A git that needs no input may be gone before it is written.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
