import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileNative } from '../../../build/native-client.ts';
import { helperPrograms } from '../../../client/programs.ts';

/** One way to run a client: its command with the name it was called by, then its arguments. */
export interface Client {
  readonly title: string;
  command(args: readonly [name: string, ...rest: string[]]): Promise<readonly [file: string, ...args: string[]]>;
  /** A program of ours, as somebody has it on PATH. */
  own(): Promise<string>;
}

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
/** By title, and once for all files of a process that come before `removeClients`. */
const installed = new Map<string, Promise<string>>();

/** For `afterAll` of a file that uses these clients. */
export async function removeClients(): Promise<void> {
  const folders = await Promise.all(installed.values());
  installed.clear();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
}

const twin: Client = {
  title: 'the twin',
  command: async (args) => [process.execPath, fromRoot('client/client.ts'), ...args],
  own: async () => fromRoot('client/client.ts'),
};

/** Laid out as the build does it, in a folder of its own. Its command line is the one of out/lib. */
async function installNative(compiler: string, flags: readonly string[]): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'keytray-native-')));
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await mkdir(join(folder, 'libexec'));
  await compileNative(join(bin, 'keytray'), { compiler, flags });
  for (const [name, program] of helperPrograms) {
    await symlink(join(bin, 'keytray'), join(folder, program.folder, name));
  }
  await mkdir(join(folder, 'lib'));
  await writeFile(join(folder, 'lib/node'), `${process.execPath}\n`);
  for (const name of ['cli.js', 'agent.js']) await symlink(fromRoot(`out/lib/${name}`), join(folder, 'lib', name));
  return folder;
}

function native(title: string, compiler: string, flags: readonly string[]): Client {
  const program = async (name: string): Promise<string> => {
    const folder = installed.get(title) ?? installNative(compiler, flags);
    installed.set(title, folder);
    return join(await folder, helperPrograms.get(name)?.folder ?? 'bin', name);
  };
  return {
    title,
    command: async ([name, ...args]) => [await program(name), ...args],
    own: () => program('keytray'),
  };
}

const sanitized = native('the native client under sanitizers', 'gcc', [
  '-O1',
  '-g',
  '-fsanitize=address,undefined',
  '-fno-sanitize-recover=all',
]);

/** `silence` is in milliseconds. */
export const nativeWithSilence = (silence: number): Client =>
  native('the impatient native client', 'gcc', ['-O1', `-DSILENCE=${silence}`]);

export const clients: readonly Client[] = [twin, native('the native client', 'gcc', ['-O2', '-static']), sanitized];
