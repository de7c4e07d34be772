import { tmpdir } from 'node:os';
import path from 'node:path';
import { trixieFolder } from '../../build/trixie.ts';
import { type TrixieProgramName, trixiePrograms } from '../../build/trixie-programs.ts';
import type { GitProgram } from './git-sandbox.ts';
import { type Finished, runToEnd } from './processes.ts';

const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const repository = path.resolve(import.meta.dirname, '../..');

/**
 * Binds in a mount namespace of this process only, so that nothing stays mounted whatever happens, and the
 * unpacked folder itself is never written to beyond empty mount points. A chroot and not the loader's
 * `--library-path`: git starts its own programs by path, and each would fall back to this machine's loader.
 */
const script = `
set -eu
PATH=$PATH:/usr/sbin:/sbin
root=$1 cwd=$2 binds=$3
shift 3
printf '%s\\n' "$binds" | while IFS= read -r folder; do
  mkdir -p "$root$folder"
  mount --rbind "$folder" "$root$folder"
done
exec chroot "$root" /usr/bin/env -C "$cwd" "$@"
`;

/**
 * A program of Debian trixie, as `node build/trixie.ts` unpacks it. Needs root. It sees this machine's network and
 * processes, this checkout, the temporary folder and `binds`, each at its own path.
 */
export function trixieCommand(
  name: TrixieProgramName,
  args: readonly string[],
  options: { readonly cwd: string; readonly binds?: readonly string[] },
): readonly [string, ...string[]] {
  const wanted = ['/dev', '/proc', tmpdir(), repository, ...(options.binds ?? [])];
  const folders = wanted.filter(
    (folder) => !wanted.some((other) => other !== folder && folder.startsWith(`${other}/`)),
  );
  return [
    'unshare',
    '--mount',
    '--propagation=private',
    '/bin/sh',
    '-c',
    script,
    'trixie',
    trixieFolder(),
    options.cwd,
    [...new Set(folders)].join('\n'),
    trixiePrograms[name].path,
    ...args,
  ];
}

/** Runs a program of trixie to its end, whatever its status. Its environment is `env` and a PATH. */
export function runTrixie(
  name: TrixieProgramName,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly input?: string },
): Promise<Finished> {
  const [file, ...rest] = trixieCommand(name, args, options);
  return runToEnd(file, rest, { ...options, env: { PATH: systemPath, ...options.env } });
}

/** git 2.46 and later. */
export function trixieGit(binds: readonly string[] = []): GitProgram {
  return { name: 'trixie', command: (args, cwd) => trixieCommand('git', args, { cwd, binds }) };
}
