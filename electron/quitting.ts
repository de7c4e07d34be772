import { app } from 'electron';

/** Longer than a refresh token that is being spent is waited for. Milliseconds. */
const deadline = 40_000;

/**
 * Holds the end of the process back, once, until `close` is done or takes too long. The app lives without windows and
 * ends by its menu, by a signal or with the session.
 */
export function drainBeforeQuit(close: () => Promise<void>): void {
  // Without a listener Electron quits with the last window.
  app.on('window-all-closed', () => undefined);
  let closing = false;
  app.on('will-quit', (event) => {
    event.preventDefault();
    if (closing) return;
    closing = true;
    const late = new Promise<void>((resolve) => setTimeout(resolve, deadline).unref());
    void Promise.race([close(), late]).then(
      () => app.exit(0),
      () => app.exit(1),
    );
  });
}
