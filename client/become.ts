import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../core/platform/start-environment.ts';
import { findProgram } from './find-program.ts';
import type { NextProgram } from './next-program.ts';

const firstFile = 3;
const notFound = 127;
const notExecutable = 126;
/** Of a program that knows no answer. */
const nothingKnown = 1;

// Above out/lib when built, above client/ when run from source.
const ours = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Node cannot become another program and keep descriptors open, so the twin runs it and passes on what happens.
 * Resolves to its exit status. Where we stand `inPlaceOf` it, not finding it is nothing to speak of.
 */
export async function become(
  program: NextProgram,
  env: Environment,
  say: (line: string) => Promise<void>,
  inPlaceOf?: string,
) {
  const file = findProgram(program.name, env.PATH, ours);
  if (file === undefined) {
    if (program.name === inPlaceOf) return nothingKnown;
    await say(`keytray: ${program.name}: not found on PATH`);
    return notFound;
  }
  const environment: NodeJS.ProcessEnv = { ...env };
  for (const variable of program.variables) {
    const end = variable.indexOf('=');
    environment[variable.slice(0, end)] = variable.slice(end + 1);
  }
  const descriptors = program.files.map(({ variable, content }, index) => {
    environment[variable] = pathOf(firstFile + index);
    return openNameless(content);
  });
  return await run(file, program, environment, descriptors, say);
}

function run(
  file: string,
  { name, argv }: NextProgram,
  env: NodeJS.ProcessEnv,
  descriptors: readonly number[],
  say: (line: string) => Promise<void>,
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(file, argv, { argv0: name, env, stdio: ['inherit', 'inherit', 'inherit', ...descriptors] });
    for (const descriptor of descriptors) closeSync(descriptor);
    child.once('error', (error) => {
      const told = () => resolve(notExecutable);
      say(`keytray: ${name}: cannot be run (${error.message})`).then(told, told);
    });
    // The terminal sends these to the child as well; others reach only us.
    for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, () => undefined);
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const) {
      process.on(signal, () => child.kill(signal));
    }
    child.once('exit', (status, signal) => resolve(status ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

function pathOf(descriptor: number): string {
  return process.platform === 'linux' ? `/proc/self/fd/${descriptor}` : `/dev/fd/${descriptor}`;
}

/** Of mode 0600, in memory where there is a folder for that, and without a name before anything is in it. */
function openNameless(content: Uint8Array): number {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'keytray-'));
  const path = join(folder, 'content');
  let descriptor: number;
  try {
    descriptor = openSync(path, 'wx+', 0o600);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  for (let rest = content, at = 0; rest.length > 0; ) {
    const written = writeSync(descriptor, rest, 0, rest.length, at);
    at += written;
    rest = rest.subarray(written);
  }
  return descriptor;
}
