import { join } from 'node:path';
import { app, Menu, protocol } from 'electron';
import { stateFolder } from '../core/config/paths.ts';
import { makeFolder } from '../core/platform/make-folder.ts';
import { guardContents } from './security/guards.ts';
import { scheme } from './security/origin.ts';

export interface Launch {
  /** Started with the session, not by hand: nobody asked for a window. */
  readonly atLogin: boolean;
}

/** What must be said before Electron is ready. False: another instance of this app runs, and was told of this launch. */
export function prepareElectron(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, launch: Launch): boolean {
  // Beside our own state; Electron's default would lie in a folder that differs from our config's by a capital only.
  const folder = join(stateFolder(env), 'desktop');
  makeFolder(folder);
  app.setPath('userData', folder);
  if (!app.requestSingleInstanceLock(launch)) return false;
  app.enableSandbox();
  // A window of text needs no graphics process that takes a hundred megabytes.
  app.disableHardwareAcceleration();
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
  app.on('web-contents-created', (_event, contents) => guardContents(contents));
  if (platform === 'darwin') app.setActivationPolicy('accessory');
  else Menu.setApplicationMenu(null);
  return true;
}

/** Data another process sends is not trusted: all it can do is to keep a window closed. */
export function launchOf(additionalData: unknown): Launch {
  const given = typeof additionalData === 'object' && additionalData !== null && 'atLogin' in additionalData;
  return { atLogin: given && additionalData.atLogin === true };
}
