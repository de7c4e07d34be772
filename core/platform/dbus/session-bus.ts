import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../ports.ts';
import { DBus } from './bus.ts';
import { formatUnixPath } from './bus-address.ts';

// A desktop that does not answer must not hold us. Milliseconds.
const deadline = 5_000;

/** The bus of the person's session: one connection for the keychain's state, notices and the tray. */
export function openSessionBus(env: NodeJS.ProcessEnv, clock: Clock): DBus {
  return new DBus({ address: () => sessionBusAddress(env), clock, deadline });
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
  return existsSync(socket) ? formatUnixPath(socket) : undefined;
}
