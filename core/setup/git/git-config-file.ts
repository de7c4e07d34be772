import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { KeytrayError } from '../../errors.ts';
import type { Environment } from './git-command.ts';

/** The file `git config --global` writes to, by git's own rule (git-config(1), FILES). */
export function globalConfigFile(env: Environment): string {
  const set = env.GIT_CONFIG_GLOBAL;
  if (set !== undefined) {
    if (set !== '' && set !== '/dev/null') return resolve(set);
    throw new KeytrayError('invalid_request', 'GIT_CONFIG_GLOBAL turns the global configuration off', {
      advice: 'Unset it, then set git up again.',
    });
  }
  const home = env.HOME;
  if (home === undefined || !isAbsolute(home)) {
    throw new KeytrayError('invalid_request', 'HOME is not set, so git has no global configuration', {
      advice: 'Set HOME, then set git up again.',
    });
  }
  const own = join(home, '.gitconfig');
  const folder =
    env.XDG_CONFIG_HOME === undefined || env.XDG_CONFIG_HOME === '' ? join(home, '.config') : env.XDG_CONFIG_HOME;
  const shared = join(folder, 'git', 'config');
  return !existsSync(own) && existsSync(shared) ? shared : own;
}
