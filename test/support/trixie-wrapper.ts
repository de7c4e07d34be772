import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TrixieProgramName } from '../../build/trixie-programs.ts';
import { quotedWord } from '../../core/platform/command-words.ts';
import { trixieCommand } from './trixie.ts';

/** Puts a command of this name into `folder` that is Debian trixie's: for programs that look on PATH. */
export async function wrapTrixie(
  folder: string,
  name: TrixieProgramName,
  binds: readonly string[] = [],
): Promise<void> {
  const cwd = 'CWD-OF-THE-CALLER';
  const words = trixieCommand(name, [], { cwd, binds }).map((word) => (word === cwd ? '"$PWD"' : quotedWord(word)));
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, name), `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`, { mode: 0o755 });
}
