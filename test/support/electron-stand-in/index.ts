import { app } from './app.ts';
import { ipcMain } from './ipc.ts';
import { machine } from './machine.ts';
import { StandInNotification } from './notification.ts';
import { session } from './session.ts';
import { clipboard, nativeTheme, powerMonitor } from './small.ts';
import { StandInTray } from './tray.ts';
import { StandInBrowserWindow } from './windows.ts';

/**
 * What `electron` is to our main process, in plain Node and stricter: it throws where the real one would do nothing, or
 * something else. Members that begin with `test` are for tests; a test proves that the others exist.
 */
export { app } from './app.ts';
export { ipcMain } from './ipc.ts';
export { machine } from './machine.ts';
export { StandInNotification as Notification } from './notification.ts';
export { protocol, session } from './session.ts';
export { clipboard, dialog, nativeTheme, net, powerMonitor, shell } from './small.ts';
export { nativeImage, StandInMenu as Menu, StandInTray as Tray } from './tray.ts';
export { StandInBrowserWindow as BrowserWindow } from './windows.ts';

/** A machine on which the app was never started. */
export function resetElectron(): void {
  machine.reset();
  app.testReset();
  ipcMain.testReset();
  session.testReset();
  powerMonitor.removeAllListeners();
  nativeTheme.removeAllListeners();
  clipboard.clear();
  StandInNotification.testSupported = true;
  StandInNotification.testAll.length = 0;
  StandInTray.testAll.length = 0;
  StandInBrowserWindow.testAll.length = 0;
}
