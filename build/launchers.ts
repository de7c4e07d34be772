import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { helperPrograms } from '../client/programs.ts';
import { nodeFlags } from './node-flags.ts';

/** The folders a launcher points to, absolute, so that it works from any folder and through symbolic links. */
export interface LauncherTargets {
  /** The project's own Node. */
  readonly node: string;
  /** The folder of cli.js, agent.js and client.js. */
  readonly lib: string;
}

/** One word for a POSIX shell, whatever it holds. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

const flags = nodeFlags.join(' ');

/**
 * A helper inherits the environment of the tool that runs it. NODE_OPTIONS set there is meant for somebody's own
 * scripts: a debugger's hook would slow every `git fetch` and write into the conversation.
 */
const runClient = 'unset NODE_OPTIONS';

export function helperLauncher(targets: LauncherTargets, name: string): string {
  const node = shellWord(targets.node);
  const client = shellWord(join(targets.lib, 'client.js'));
  return `#!/bin/sh\n${runClient}\nexec ${node} ${flags} ${client} ${shellWord(name)} "$@"\n`;
}

/**
 * `agent` with other words after it goes to the command line, which knows how to refuse them or to explain itself. A
 * passphrase's descriptor goes straight to the agent: Node closes what it inherited when it becomes another program.
 */
export function keytrayLauncher(targets: LauncherTargets): string {
  const run = `exec ${shellWord(targets.node)} ${flags}`;
  const script = (file: string): string => shellWord(join(targets.lib, file));
  return `#!/bin/sh
case "$1" in
helper)
  case "$2" in
  '' | -*) ;;
  *)
    ${runClient}
    ${run} ${script('client.js')} keytray "$@"
    ;;
  esac
  ;;
agent)
  case "$#$2" in
  1*) ${run} ${script('agent.js')} ;;
  2--passphrase-fd=*) fd="\${2#*=}" ;;
  3--passphrase-fd) fd="$3" ;;
  *) fd= ;;
  esac
  case "$fd" in
  '' | *[!0-9]* | [12]) ;;
  *) [ -e "/dev/fd/$fd" ] && ${run} ${script('agent.js')} --passphrase-fd "$fd" ;;
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
