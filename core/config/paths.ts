import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** What decides on folders besides the environment. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

export function machineOf(env: Environment): Machine {
  return { platform: process.platform, home: absolute(env.HOME) ?? homedir() };
}

/** XDG base directory specification: a value that is empty or not absolute counts as unset. */
function absolute(value: string | undefined): string | undefined {
  return value !== undefined && isAbsolute(value) ? value : undefined;
}

/** Our own variables are typed by people, so a relative path means what it means in a shell. */
function chosen(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : resolve(value);
}

const macSupport = (machine: Machine): string => join(machine.home, 'Library', 'Application Support');

/** `$KEYTRAY_CONFIG`, else config.yaml in the user's configuration folder. */
export function configFile(env: Environment, machine: Machine = machineOf(env)): string {
  const set = chosen(env.KEYTRAY_CONFIG);
  if (set !== undefined) return set;
  const base =
    absolute(env.XDG_CONFIG_HOME) ??
    (machine.platform === 'darwin' ? macSupport(machine) : join(machine.home, '.config'));
  return join(base, 'keytray', 'config.yaml');
}

/** Folders of read-only drop-ins: beside the config file, then the machine's (fleet). */
export function dropInFolders(env: Environment, machine: Machine = machineOf(env)): readonly string[] {
  return dropInFoldersFor(configFile(env, machine), machine.platform);
}

export function dropInFoldersFor(file: string, platform: NodeJS.Platform = process.platform): readonly string[] {
  const fleet = platform === 'darwin' ? '/Library/Application Support/keytray/config.d' : '/etc/keytray/config.d';
  return [join(dirname(file), 'config.d'), fleet];
}

/** Where the audit log, the journal and the originals of files changed by `setup` live. */
export function stateFolder(env: Environment, machine: Machine = machineOf(env)): string {
  const base =
    absolute(env.XDG_STATE_HOME) ??
    (machine.platform === 'darwin' ? macSupport(machine) : join(machine.home, '.local', 'state'));
  return join(base, 'keytray');
}

/**
 * Where the broker may listen and clients look, in this order. `$XDG_RUNTIME_DIR` alone is not enough:
 * cron and su do not set it, so the folder systemd makes for the uid is tried by name as well.
 */
export function socketCandidates(env: Environment, uid: number, machine: Machine = machineOf(env)): readonly string[] {
  const set = chosen(env.KEYTRAY_SOCKET);
  if (set !== undefined) return [set];
  const runtime = absolute(env.XDG_RUNTIME_DIR);
  const folders = [
    ...(runtime === undefined ? [] : [join(runtime, 'keytray')]),
    ...(machine.platform === 'darwin' ? [] : [join('/run/user', String(uid), 'keytray')]),
    join(stateFolder(env, machine), 'run'),
  ];
  return [...new Set(folders)].map((folder) => join(folder, 'keytray.sock'));
}
