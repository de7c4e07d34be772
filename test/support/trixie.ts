import { tmpdir } from 'node:os';
import path from 'node:path';
import { trixieGitFolder } from '../../build/trixie-git.ts';
import type { GitProgram } from './git-sandbox.ts';

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
exec chroot "$root" /usr/bin/env -C "$cwd" git "$@"
`;

/**
 * Debian trixie's git (2.46 and later), as `node build/trixie-git.ts` unpacks it. Needs root. It sees this
 * machine's network and processes, this checkout, the temporary folder and `binds`, each at its own path.
 */
export function trixieGit(binds: readonly string[] = []): GitProgram {
  const wanted = ['/dev', '/proc', tmpdir(), repository, ...binds];
  const folders = wanted.filter(
    (folder) => !wanted.some((other) => other !== folder && folder.startsWith(`${other}/`)),
  );
  return {
    name: 'trixie',
    command: (args, cwd) => [
      'unshare',
      '--mount',
      '--propagation=private',
      '/bin/sh',
      '-c',
      script,
      'trixie-git',
      trixieGitFolder(),
      cwd,
      [...new Set(folders)].join('\n'),
      ...args,
    ],
  };
}
