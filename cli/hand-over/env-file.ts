import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { KeytrayError } from '../../core/errors.ts';
import type { Secret } from '../../core/secret.ts';
import { usageFailure } from '../failure.ts';
import type { Environment } from '../output/colour.ts';

/** Milliseconds that git may take to say whether it ignores a file. */
const longestAnswer = 10_000;

/** Throws a usage failure where git would take the file into a commit, or does not tell. Outside a repository no file is. */
export function requireIgnored(file: string, env: Environment): void {
  const path = resolve(file);
  if (!isInRepository(path)) return;
  const { status } = spawnSync('git', ['check-ignore', '--quiet', '--', path], {
    cwd: dirname(path),
    env: withoutRepository(env),
    stdio: 'ignore',
    timeout: longestAnswer,
  });
  if (status === 0) return;
  if (status === 1) {
    throw usageFailure(
      `git does not ignore ${path}, so the secret could be committed`,
      `Add ${basename(path)} to .gitignore first.`,
    );
  }
  throw usageFailure(
    `git does not say whether it ignores ${path}`,
    `See why: git -C ${dirname(path)} check-ignore ${basename(path)}`,
  );
}

function isInRepository(path: string): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return true;
    if (folder === dirname(folder)) return false;
  }
}

/** Hooks of another repository say with these which one is meant. */
const withoutRepository = (env: Environment): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !/^GIT_(?!CONFIG)/.test(name)));

/** Sets one variable in a `.env` file of mode 0600; the rest of it keeps its bytes. */
export async function writeVariable(file: string, name: string, value: Secret): Promise<void> {
  const [{ withVariable }, { writeSecretFile }] = await Promise.all([
    import('../../core/imports/env/env-text.ts'),
    import('../../core/imports/secret-file.ts'),
  ]);
  await writeSecretFile(resolve(file), (text) => {
    const written = withVariable(text ?? '', name, value.reveal());
    if (written !== undefined) return written;
    throw new KeytrayError('invalid_request', `${file} has a form that cannot be edited safely; nothing was changed`);
  });
}
