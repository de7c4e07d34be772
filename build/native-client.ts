import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { nativeClientTables } from './native-client-tables.ts';

const run = promisify(execFile);

export const nativeSources = join(dirname(dirname(fileURLToPath(import.meta.url))), 'client/native');

export const strictFlags = ['-std=c11', '-Wall', '-Wextra', '-Werror'] as const;

const careful = ['-O2', '-s', '-U_FORTIFY_SOURCE', '-D_FORTIFY_SOURCE=2', '-fstack-protector-strong'];

/** No library to look for at the start, which is most of what starting so small a program costs. */
const releaseFlags: readonly (readonly string[])[] = [
  [...careful, '-static'],
  // Where there is no static library of C: macOS, and systems without that package.
  careful,
  // A compiler newer than this code may have something new to say.
  ['-O2', '-s', '-Wno-error'],
];

export interface Compilation {
  readonly compiler: string;
  readonly flags: readonly string[];
  /** Absolute; default: those of the client. */
  readonly sources?: readonly string[];
}

export async function clientSources(): Promise<readonly string[]> {
  const names = await readdir(nativeSources);
  return names.filter((name) => name.endsWith('.c')).map((name) => join(nativeSources, name));
}

/** Compiles into `file`; rejects with what the compiler says. */
export async function compileNative(file: string, { compiler, flags, sources }: Compilation): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'keytray-tables-'));
  try {
    await writeFile(join(folder, 'tables.h'), nativeClientTables());
    const from = sources ?? (await clientSources());
    await run(compiler, [...strictFlags, ...flags, `-I${folder}`, `-I${nativeSources}`, '-o', file, ...from]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function works(compiler: string): Promise<boolean> {
  try {
    await run(compiler, ['--version']);
    return true;
  } catch {
    return false;
  }
}

/** The first of these that is there; undefined where none is. */
export async function findCompiler(names: readonly string[] = ['cc', 'gcc', 'clang']): Promise<string | undefined> {
  for (const name of names) if (await works(name)) return name;
  return undefined;
}

/** The native client as it is shipped. Undefined on success, else why there is none, for people. */
export async function buildNativeClient(file: string): Promise<string | undefined> {
  const compiler = await findCompiler();
  if (compiler === undefined) return 'there is no C compiler';
  let problem = '';
  for (const flags of releaseFlags) {
    try {
      await compileNative(file, { compiler, flags });
      return undefined;
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
  }
  return `${compiler} does not build it: ${problem}`;
}
