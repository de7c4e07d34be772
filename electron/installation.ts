import { join } from 'node:path';
import type { ChildProgram } from '../core/stores/open-store.ts';

/** Where the parts of an installed, or just built, Keytray are. */
export interface Installation {
  readonly preload: string;
  readonly icons: string;
  /** Icons for panels on Linux, outside of any archive: other programs read them. */
  readonly panelIcons: string;
  /** The pages, built. */
  readonly pages: string;
  /** What runs without Electron: helpers, and the keychain child under a Node of our own. */
  readonly programs: { readonly bin: string; readonly libexec: string };
  readonly keychainChild: ChildProgram;
}

export interface Surroundings {
  /** The folder of the main process's code. */
  readonly here: string;
  /** Undefined unless packaged: `process.resourcesPath`. */
  readonly resources: string | undefined;
  /** The checkout, where it is not packaged. */
  readonly checkout: string;
}

/** Electron's own binary cannot be the Node of the child: that fuse is off. */
export function installationOf({ here, resources, checkout }: Surroundings): Installation {
  const own = { preload: join(here, 'preload.cjs'), icons: join(here, 'icons'), pages: join(here, 'renderer') };
  if (resources === undefined) {
    const out = join(checkout, 'out');
    return {
      ...own,
      panelIcons: join(out, 'lib/tray-icons'),
      programs: { bin: join(out, 'bin'), libexec: join(out, 'libexec') },
      keychainChild: {
        execPath: join(checkout, 'node_modules/node/bin/node'),
        file: join(out, 'lib/keychain-child.js'),
      },
    };
  }
  const companion = join(resources, 'keytray');
  return {
    ...own,
    panelIcons: join(companion, 'lib/tray-icons'),
    programs: { bin: join(companion, 'bin'), libexec: join(companion, 'libexec') },
    keychainChild: { execPath: join(companion, 'node'), file: join(companion, 'lib/keychain-child.js') },
  };
}
