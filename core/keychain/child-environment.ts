import { existsSync } from 'node:fs';
import { join } from 'node:path';

const passedOn = [
  'HOME',
  'USER',
  'LOGNAME',
  'PATH',
  'XDG_RUNTIME_DIR',
  'DISPLAY',
  'XAUTHORITY',
  'WAYLAND_DISPLAY',
  'XDG_CURRENT_DESKTOP',
];

/**
 * What a process needs to reach the keyring, and nothing else of the broker's environment.
 * The language is fixed because failures are told apart by their exact English texts.
 */
export function keyringEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const reduced: Record<string, string> = { LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' };
  for (const name of passedOn) {
    const value = env[name];
    if (value !== undefined) reduced[name] = value;
  }
  const bus = sessionBusAddress(env);
  if (bus !== undefined) reduced.DBUS_SESSION_BUS_ADDRESS = bus;
  return reduced;
}

/**
 * The session bus, also where the environment does not name it (cron, su). Undefined: there is none, and no D-Bus
 * library may be tried, because on a machine with a display it would start a bus of its own.
 */
export function sessionBusAddress(env: NodeJS.ProcessEnv): string | undefined {
  const named = env.DBUS_SESSION_BUS_ADDRESS;
  if (named) return named;
  const folder = env.XDG_RUNTIME_DIR || (process.getuid ? `/run/user/${process.getuid()}` : undefined);
  if (folder === undefined) return undefined;
  const socket = join(folder, 'bus');
  return existsSync(socket) ? `unix:path=${socket}` : undefined;
}
