import { join } from 'node:path';
import type { DBus } from '../platform/dbus/bus.ts';
import type { Barriers, Clock, Logger } from '../ports.ts';
import { KeychainChild, keychainChildFile } from './keychain/child-process.ts';
import { dbusProbe } from './keychain/dbus-probe.ts';
import { Journal } from './keychain/journal.ts';
import { KeychainStore } from './keychain/keychain-store.ts';
import { blindProbe, type LockedProbe } from './keychain/locked-probe.ts';

/** How the child is run: a Node, and the file. */
export interface ChildProgram {
  readonly execPath: string;
  readonly file: string;
}

export interface KeychainDependencies {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly env: NodeJS.ProcessEnv;
  /** The session's; the caller closes it, later than the store. */
  readonly bus: DBus;
  /** `$XDG_STATE_HOME/keytray`; the journal's folder, made when first needed. */
  readonly stateFolder: string;
  /** Default: the child beside this code, under the Node that runs it. */
  readonly child?: ChildProgram | undefined;
  readonly barriers?: Barriers | undefined;
}

/** The operating system's keychain. Costs nothing until the first call: no process, no file, no D-Bus. */
export function openKeychain({
  clock,
  logger,
  env,
  bus,
  stateFolder,
  child,
  barriers,
}: KeychainDependencies): KeychainStore {
  const program = child ?? { execPath: process.execPath, file: keychainChildFile() };
  return new KeychainStore({
    clock,
    logger,
    child: new KeychainChild({ clock, logger, env, program }),
    probe: probeFor(process.platform, bus),
    journal: new Journal(join(stateFolder, 'journal'), barriers),
    barriers,
  });
}

function probeFor(platform: NodeJS.Platform, bus: DBus): LockedProbe {
  // macOS answers a locked keychain with an error of its own, never with "not found".
  return platform === 'darwin' ? blindProbe : dbusProbe(bus);
}
