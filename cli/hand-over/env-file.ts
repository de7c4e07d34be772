import { spawnSync } from 'node:child_process';
import { basename, dirname, resolve } from 'node:path';
import { KeytrayError } from '../../core/errors.ts';
import type { Secret } from '../../core/secret.ts';
import { usageFailure } from '../failure.ts';
import type { Environment } from '../output/colour.ts';

/** Milliseconds that git may take to say whether it ignores a file. */
const longestAnswer = 10_000;

/** Throws a usage failure where git would take the file into a commit. Outside a repository no file is. */
export function requireIgnored(file: string, env: Environment): void {
  const path = resolve(file);
  const { status } = spawnSync('git', ['check-ignore', '--quiet', '--', path], {
    cwd: dirname(path),
    env: { ...env },
    stdio: 'ignore',
    timeout: longestAnswer,
  });
  if (status !== 1) return;
  throw usageFailure(
    `git does not ignore ${path}, so the secret could be committed`,
    `Add ${basename(path)} to .gitignore first.`,
  );
}

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
