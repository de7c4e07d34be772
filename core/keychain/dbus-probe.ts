import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { keyringEnvironment, sessionBusAddress } from './child-environment.ts';
import type { LockedProbe, LockedState } from './locked-probe.ts';

const service = 'org.freedesktop.secrets';
const defaultCollection = '/org/freedesktop/secrets/aliases/default';
const getProperty = 'org.freedesktop.DBus.Properties.Get';
const collectionInterface = 'org.freedesktop.Secret.Collection';

interface Program {
  readonly name: string;
  readonly args: (milliseconds: number) => readonly string[];
}

/** Both print D-Bus error names; busctl does not, so it is of no use here. */
const programs: readonly Program[] = [
  {
    name: 'dbus-send',
    args: (milliseconds) => [
      '--session',
      '--print-reply',
      `--reply-timeout=${milliseconds}`,
      `--dest=${service}`,
      defaultCollection,
      getProperty,
      `string:${collectionInterface}`,
      'string:Locked',
    ],
  },
  {
    name: 'gdbus',
    args: (milliseconds) => [
      ...['call', '--session', '--timeout', String(Math.ceil(milliseconds / 1000))],
      ...['--dest', service, '--object-path', defaultCollection],
      ...['--method', getProperty, collectionInterface, 'Locked'],
    ],
  },
];

/** Asks the Secret Service for the `Locked` property of the default collection (Secret Service API 0.2), by way of a D-Bus program. */
export function dbusProbe(env: NodeJS.ProcessEnv, deadline = 3_000): LockedProbe {
  let found: { path: string; args: readonly string[] } | undefined;
  return {
    ask: async () => {
      if (sessionBusAddress(env) === undefined) return 'no_bus';
      found ??= findProgram(env, deadline);
      return found ? run(found.path, found.args, keyringEnvironment(env), deadline) : 'unknown';
    },
  };
}

/** What the program's output means. */
export function judgeReply(stdout: string, stderr: string): LockedState {
  if (/\bboolean true\b|<true>/.test(stdout)) return 'locked';
  if (/\bboolean false\b|<false>/.test(stdout)) return 'unlocked';
  if (/org\.freedesktop\.DBus\.Error\.(ServiceUnknown|NameHasNoOwner|Spawn\.\w+)/.test(stderr)) return 'no_service';
  if (/org\.freedesktop\.DBus\.Error\.Unknown(Method|Object|Interface|Property)/.test(stderr)) return 'no_collection';
  if (/org\.freedesktop\.DBus\.Error\.(NoReply|Timeout|TimedOut)|Timeout was reached/.test(stderr)) return 'no_answer';
  if (/Failed to open connection|Error connecting|Could not connect/.test(stderr)) return 'no_bus';
  return 'unknown';
}

function findProgram(env: NodeJS.ProcessEnv, deadline: number): { path: string; args: readonly string[] } | undefined {
  const folders = (env.PATH ?? '').split(delimiter).filter(isAbsolute);
  for (const program of programs) {
    const path = [...folders, '/usr/bin', '/bin'].map((folder) => join(folder, program.name)).find(executable);
    if (path !== undefined) return { path, args: program.args(deadline) };
  }
  return undefined;
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function run(
  path: string,
  args: readonly string[],
  env: Record<string, string>,
  deadline: number,
): Promise<LockedState> {
  // The program's own deadline comes first; ours is for a program that hangs before it asks.
  const options = { env, timeout: deadline + 1_000, killSignal: 'SIGKILL' } as const;
  return new Promise((resolve) => {
    execFile(path, args, options, (error, stdout, stderr) => {
      resolve(error?.killed ? 'no_answer' : judgeReply(stdout, stderr));
    });
  });
}
