import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { helperPrograms } from '../client/programs.ts';
import { quotedWord } from '../core/platform/command-words.ts';
import { callerPrefix, passedPrefixes, passedVariables } from '../core/platform/start-environment.ts';
import { nodeFlags } from './node-flags.ts';

/** The folders a launcher points to, absolute, so that it works from any folder and through symbolic links. */
export interface LauncherTargets {
  /** The project's own Node. */
  readonly node: string;
  /** The folder of cli.js, agent.js and client.js. */
  readonly lib: string;
}

const flags = nodeFlags.join(' ');

/** Some shells hold these themselves, and end where one is unset. */
const shellsOwn = ['_', 'UID', 'EUID', 'PPID', 'SHELLOPTS', 'BASHOPTS'];

/**
 * Renames what our Node must not start with, as `core/platform/start-environment.ts` says. The shell's own list of
 * variables names them: a value with line ends may look like more of them, which are then not set.
 */
const renameOthers = `keytray_ifs=$IFS
set -f
IFS='
'
for keytray_line in $(export -p); do
  keytray_name=\${keytray_line%%=*}
  keytray_name=\${keytray_name##* }
  case "$keytray_line" in
  'export '* | 'declare -x '* | 'typeset -x '*) ;;
  *) continue ;;
  esac
  case "$keytray_name" in
  '' | [0-9]* | *[!A-Za-z0-9_]*) continue ;;
  ${callerPrefix}*) ;;
  ${[...passedVariables, ...passedPrefixes.map((prefix) => `${prefix}*`), ...shellsOwn].join(' | ')}) continue ;;
  esac
  eval "[ -z \\"\\\${$keytray_name+set}\\" ] || export ${callerPrefix}$keytray_name=\\"\\$$keytray_name\\""
  unset "$keytray_name"
done
IFS=$keytray_ifs
set +f`;

export function helperLauncher(targets: LauncherTargets, name: string): string {
  const node = quotedWord(targets.node);
  const client = quotedWord(join(targets.lib, 'client.js'));
  return `#!/bin/sh\n${renameOthers}\nexec ${node} ${flags} ${client} ${quotedWord(name)} "$@"\n`;
}

/**
 * `agent` with other words after it goes to the command line, which knows how to refuse them or to explain itself. A
 * passphrase's descriptor goes straight to the agent: Node closes what it inherited when it becomes another program.
 */
export function keytrayLauncher(targets: LauncherTargets): string {
  const run = `exec ${quotedWord(targets.node)} ${flags}`;
  const script = (file: string): string => quotedWord(join(targets.lib, file));
  return `#!/bin/sh
${renameOthers}
case "$1" in
helper)
  case "$2" in
  '' | -*) ;;
  *)
    ${run} ${script('client.js')} keytray "$@"
    ;;
  esac
  ;;
agent)
  case "$#$2" in
  1*) ${run} ${script('agent.js')} ;;
  2--passphrase-fd=*) keytray_fd="\${2#*=}" ;;
  3--passphrase-fd) keytray_fd="$3" ;;
  *) keytray_fd= ;;
  esac
  case "$keytray_fd" in
  '' | *[!0-9]* | [12]) ;;
  *) [ -e "/dev/fd/$keytray_fd" ] && ${run} ${script('agent.js')} --passphrase-fd "$keytray_fd" ;;
  esac
  ;;
esac
${run} ${script('cli.js')} "$@"
`;
}

/** Writes the launchers of one of the two folders, which must exist; returns their names. */
export async function writeLaunchers(
  folder: string,
  targets: LauncherTargets,
  place: 'bin' | 'libexec' = 'bin',
): Promise<readonly string[]> {
  const helperNames = [...helperPrograms].filter(([, program]) => program.folder === place).map(([name]) => name);
  const launchers = [
    ...(place === 'bin' ? [{ name: 'keytray', text: keytrayLauncher(targets) }] : []),
    ...helperNames.map((name) => ({ name, text: helperLauncher(targets, name) })),
  ];
  for (const { name, text } of launchers) {
    const file = join(folder, name);
    await writeFile(file, text);
    await chmod(file, 0o755);
  }
  return launchers.map(({ name }) => name);
}
