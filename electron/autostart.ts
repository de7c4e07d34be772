import { readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { app } from 'electron';
import { KeytrayError, systemCodeOf } from '../core/errors.ts';
import { makeFolder } from '../core/platform/make-folder.ts';
import type { Desktop } from './api/parts.ts';
import { autostartName, autostartText, judgeAutostart } from './linux/autostart-file.ts';

type StartAtLogin = Desktop['startAtLogin'];

/** `arguments`: what Electron is started with to become this app, none once packaged. */
export function startAtLogin(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, execPath: string): StartAtLogin {
  if (platform === 'darwin') return macLoginItem();
  if (env.FLATPAK_ID !== undefined || env.SNAP !== undefined) {
    return unavailable('This package starts at login by the settings of the desktop.');
  }
  if (!app.isPackaged) return unavailable('Only an installed Keytray can start at login.');
  return linuxAutostart(env, execPath);
}

function unavailable(hindrance: string): StartAtLogin {
  return {
    view: async () => ({ on: false, hindrance }),
    set: async () => {
      throw new KeytrayError('misconfigured', hindrance);
    },
  };
}

function macLoginItem(): StartAtLogin {
  return {
    view: async () => ({ on: app.getLoginItemSettings().openAtLogin }),
    set: async (on) => app.setLoginItemSettings({ openAtLogin: on }),
  };
}

/** A file of somebody else's making is neither changed nor removed. */
export function linuxAutostart(env: NodeJS.ProcessEnv, execPath: string): StartAtLogin {
  const { XDG_CONFIG_HOME: set = '', HOME = homedir(), APPIMAGE = '' } = env;
  const folder = join(isAbsolute(set) ? set : join(HOME, '.config'), 'autostart');
  const file = join(folder, autostartName);
  // What is inside an AppImage is elsewhere at every start.
  const program = APPIMAGE === '' ? execPath : APPIMAGE;
  const read = async (): Promise<string | undefined> => {
    try {
      return await readFile(file, 'utf8');
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT') return undefined;
      throw new KeytrayError('misconfigured', `${file} cannot be read (${systemCodeOf(error)})`, {
        cause: error,
        advice: 'Remove it, or make it readable for yourself.',
      });
    }
  };
  const foreign = `${file} was not written by Keytray`;
  const advice = 'Remove it first.';
  return {
    view: async () => {
      const state = judgeAutostart(await read());
      return state === 'foreign' ? { on: true, hindrance: `${foreign}. ${advice}` } : { on: state === 'ours' };
    },
    set: async (on) => {
      const state = judgeAutostart(await read());
      if (state === 'foreign') throw new KeytrayError('misconfigured', foreign, { advice });
      if (!on) {
        await rm(file, { force: true });
        return;
      }
      makeFolder(folder);
      await writeFile(file, autostartText(program), { mode: 0o644 });
    },
  };
}
