import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { it, type TestContext } from 'vitest';

/** The tools Debian lacks, or has too old; every other one is installed by `npm test`, and its absence a failure. */
type Probed = 'terraform' | 'bazel';

/** A test that needs a program nobody can install for it: elsewhere it is reported as not run, never as passed. */
export function needsProgram(program: Probed, name: string, run: (context: TestContext) => Promise<void> | void): void {
  it(name, async (context) => {
    if (!isOnPath(program)) context.skip(`not run: ${program} not installed`);
    await run(context);
  });
}

export function isOnPath(program: Probed): boolean {
  return (process.env.PATH ?? '').split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}
