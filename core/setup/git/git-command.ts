import { execFile } from 'node:child_process';
import { KeytrayError } from '../../errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface GitResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs git away from any repository, so that only the machine's and the user's configuration count, and that PATH finds
 * no git there. Bytes are kept as they are: one character per byte.
 */
export function runGit(args: readonly string[], env: Environment): Promise<GitResult> {
  const inherited = Object.entries(env).filter(([name]) => !/^GIT_(DIR|WORK_TREE|CONFIG)$/.test(name));
  const options = {
    cwd: '/',
    env: { ...Object.fromEntries(inherited), LC_ALL: 'C' },
    encoding: 'latin1',
    timeout: 20_000,
    maxBuffer: 16 * 1024 * 1024,
  } as const;
  return new Promise((resolve, reject) => {
    execFile('git', args, options, (error, stdout, stderr) => {
      if (error === null) return resolve({ status: 0, stdout, stderr });
      if (typeof error.code === 'number') return resolve({ status: error.code, stdout, stderr });
      const missing = String(error.code) === 'ENOENT';
      reject(
        missing
          ? new KeytrayError('misconfigured', 'git is not on the PATH', { advice: 'Install git.', cause: error })
          : new KeytrayError('internal_error', 'git did not answer', {
              advice: 'Try git config --list.',
              cause: error,
            }),
      );
    });
  });
}

/** For work on copies: nobody's configuration has a say. */
export function bareEnvironment(env: Environment): Environment {
  return { PATH: env.PATH, HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
}
