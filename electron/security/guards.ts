import type { Session, WebContents } from 'electron';
import { isOwn } from './origin.ts';

/** For everything that shows a page: it stays where it is, opens nothing, and holds nothing of others. */
export function guardContents(contents: Pick<WebContents, 'on' | 'setWindowOpenHandler'>): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-navigate', (details) => {
    if (!isOwn(details.url)) details.preventDefault();
  });
  contents.on('will-redirect', (details) => {
    if (!isOwn(details.url)) details.preventDefault();
  });
  // Our pages have no frames.
  contents.on('will-frame-navigate', (details) => {
    if (!details.isMainFrame || !isOwn(details.url)) details.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
}

/** Electron grants what nobody refuses. */
export function denyPermissions(
  session: Pick<Session, 'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'>,
): void {
  session.setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
}
