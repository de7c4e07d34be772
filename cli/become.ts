import { launchEnvironment } from '../core/platform/start-environment.ts';
import { CommandFailure } from './failure.ts';
import { programFile } from './installation.ts';
import type { Environment } from './output/colour.ts';

/**
 * Becomes another program of ours: same process, same streams, so that signals and service managers reach it
 * directly. Where the system cannot do that the launchers still start it.
 */
export function become(program: Parameters<typeof programFile>[0], args: readonly string[], env: Environment): never {
  const file = programFile(program);
  // Failing to exec ends the process with a dump, so what can be checked is checked before.
  if (file === undefined || process.execve === undefined) {
    throw new CommandFailure(1, `the ${program} program is not there`, 'Build Keytray first: npm run build');
  }
  return process.execve(process.execPath, [process.execPath, ...process.execArgv, file, ...args], {
    ...launchEnvironment(env),
  });
}
