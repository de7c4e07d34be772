import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeEach } from 'vitest';

const run = promisify(execFile);

/** What the run prints in place of a result. */
export const historyNote = (commit: string): string =>
  `not run: commit ${commit} not in this clone (git fetch --unshallow)`;

/** Whether a checkout has a commit; a shallow clone has the newest alone. */
export async function hasCommit(checkout: string, commit: string): Promise<boolean> {
  const args = ['-c', 'safe.directory=*', 'cat-file', '-e', `${commit}^{commit}`];
  return await run('git', args, { cwd: checkout }).then(
    () => true,
    () => false,
  );
}

/** Reports the tests of a suite as not run where the history does not reach the commit they need, never as passed. */
export function needsCommit(commit: string, reachable: boolean): void {
  beforeEach((context) => {
    if (!reachable) context.skip(historyNote(commit));
  });
}
