import { findBus, formatUnixPath } from '../../platform/dbus/bus-address.ts';
import { sessionBusAddress } from '../../platform/dbus/session-bus.ts';

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
 * What a process needs to reach the keyring, and nothing else of the broker's environment. The bus is one that no
 * other user can have taken the place of, or none: what is written to the keyring on it includes refresh tokens.
 * The language is fixed because failures are told apart by their exact English texts.
 */
export function keyringEnvironment(
  env: NodeJS.ProcessEnv,
  uid: number = process.getuid?.() ?? -1,
): Record<string, string> {
  const reduced: Record<string, string> = { LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' };
  for (const name of passedOn) {
    const value = env[name];
    if (value !== undefined) reduced[name] = value;
  }
  // Always set: without it the library looks for a bus, or starts one, by itself.
  reduced.DBUS_SESSION_BUS_ADDRESS = childBus(env, uid) ?? noBus;
  return reduced;
}

/** A path that leads nowhere, so that the library says "Could not connect". */
const noBus = 'unix:path=/nonexistent/keytray-bus';

function childBus(env: NodeJS.ProcessEnv, uid: number): string | undefined {
  const place = findBus(sessionBusAddress(env), { uid, runtimeFolder: env.XDG_RUNTIME_DIR });
  return place.kind === 'path' ? formatUnixPath(place.path) : undefined;
}
