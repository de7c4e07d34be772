import { join } from 'node:path';

/**
 * What `npm start` runs. Decisions only; start.ts acts on them. `require('electron')` is no way to find out: where the
 * binary is missing it starts a download of its own.
 */

/** What was found on the machine. */
export interface Found {
  /** `ELECTRON_OVERRIDE_DIST_PATH`: a folder with an Electron of the person's own. */
  readonly override: string | undefined;
  /** node_modules/electron. */
  readonly folder: string;
  /** The content of `path.txt` there, which the download writes last. */
  readonly pathText: string | undefined;
  readonly isExecutable: (file: string) => boolean;
}

export type Electron =
  | { readonly kind: 'present'; readonly file: string }
  | { readonly kind: 'absent' }
  /** Set, but nothing is there: a download would not help. */
  | { readonly kind: 'misplaced'; readonly file: string };

export function platformBinary(platform: NodeJS.Platform): string {
  return platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron';
}

export function findElectron(found: Found, platform: NodeJS.Platform): Electron {
  const { override, folder, pathText, isExecutable } = found;
  if (override !== undefined && override !== '') {
    const file = join(override, pathText ?? platformBinary(platform));
    return isExecutable(file) ? { kind: 'present', file } : { kind: 'misplaced', file };
  }
  if (pathText === undefined) return { kind: 'absent' };
  const file = join(folder, 'dist', pathText);
  return isExecutable(file) ? { kind: 'present', file } : { kind: 'absent' };
}

export interface Wishes {
  /** `--no-download`, or one of Electron's own switches in the environment. */
  readonly download: boolean;
  /** Handed on to the app. */
  readonly rest: readonly string[];
}

const off = (value: string | undefined): boolean => value !== undefined && value !== '' && value !== '0';

export function readWishes(argv: readonly string[], env: NodeJS.ProcessEnv): Wishes {
  const flag = '--no-download';
  return {
    download: !argv.includes(flag) && !off(env.ELECTRON_SKIP_BINARY_DOWNLOAD),
    rest: argv.filter((word) => word !== flag),
  };
}

export type Lack = 'download-off' | 'download-failed' | 'download-slow' | 'misplaced' | 'app-not-built';

const get = 'get it with "npx install-electron", or name the folder of one in ELECTRON_OVERRIDE_DIST_PATH';

/** The one line that says why there is no tray, and how to get it. */
export function withoutTray(lack: Lack, detail = ''): string {
  const reason: Record<Lack, string> = {
    'download-off': `Electron is not installed (${get})`,
    'download-failed': `Electron is not installed and could not be downloaded (${get})`,
    'download-slow': `Electron is not installed and its download took too long (${get})`,
    misplaced: `ELECTRON_OVERRIDE_DIST_PATH is set, but ${detail} is not there`,
    'app-not-built': 'the desktop app is not built (npm run build)',
  };
  return `keytray: no tray icon: ${reason[lack]}; running "keytray agent" instead`;
}
