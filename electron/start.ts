import { dirname } from 'node:path';
import { app, dialog } from 'electron';
import { failures, KeytrayError } from '../core/errors.ts';
import { oneLineOf } from '../core/failures/next-step.ts';
import type { CrashReport } from '../core/platform/crash.ts';
import { openLog } from '../core/platform/log.ts';
import { SystemClock } from '../core/platform/system-clock.ts';
import { requireOwnFolder } from '../core/platform/trusted-path.ts';
import type { Logger } from '../core/ports.ts';
import { launchOf, prepareElectron } from './before-ready.ts';
import { desktopLog, openDesktop, type RunningDesktop } from './desktop.ts';
import { installationOf } from './installation.ts';
import { drainBeforeQuit } from './quitting.ts';

export interface StartOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly arguments: readonly string[];
  /** The folder of the main process's code. */
  readonly here: string;
  readonly umask: number;
  readonly say: (line: string) => void;
  readonly crash?: CrashReport;
  /** What to say of the environment that the broker did not start with. */
  readonly ignored?: string | undefined;
}

const stays = 'keytray: the broker that runs does not hand over; end it first: keytray status shows its pid';

/** Runs the desktop app until it quits. Resolves when it is up, or on its way out again. */
export async function startApp(options: StartOptions): Promise<void> {
  const { env, platform, say } = options;
  const uid = process.getuid?.();
  if (uid === undefined) {
    say('keytray: this system is not supported yet (Linux, macOS and WSL are)');
    app.exit(failures.misconfigured.exit);
    return;
  }
  const atLogin = options.arguments.includes('--autostart');
  if (!prepareElectron(env, platform, { atLogin })) {
    say('keytray: Keytray runs already; its window is opened');
    app.exit(0);
    return;
  }
  const logFile = desktopLog(env);
  let logger: Logger;
  try {
    // The log is the first file that would be made there.
    requireOwnFolder(dirname(logFile), uid);
    logger = openLog(logFile, env.KEYTRAY_LOG_LEVEL ?? 'info');
  } catch (error) {
    if (!(error instanceof KeytrayError)) throw error;
    say(`keytray: ${oneLineOf(error)}`);
    dialog.showErrorBox('Keytray cannot start', oneLineOf(error));
    app.exit(failures[error.code].exit);
    return;
  }
  options.crash?.logTo(logger);
  if (options.ignored !== undefined) {
    say(`keytray: ${options.ignored}`);
    logger.warn(options.ignored);
  }
  app.on('render-process-gone', (_event, _contents, { reason, exitCode }) => {
    logger.error('a page ended by itself', { reason, status: exitCode });
  });
  app.on('child-process-gone', (_event, { type, reason, exitCode }) => {
    logger.error('a process of Electron ended by itself', { type, reason, status: exitCode });
  });

  let desktop: RunningDesktop | undefined;
  let opening: ReturnType<typeof openDesktop> | undefined;
  const leaving = new AbortController();
  const wanted = { show: !atLogin };
  const show = (): void => {
    wanted.show = true;
    desktop?.show();
  };
  drainBeforeQuit(async () => {
    leaving.abort();
    const opened = await opening?.catch(() => undefined);
    if (opened !== undefined && !('kind' in opened)) await opened.close();
  });
  app.on('second-instance', (_event, _argv, _folder, data) => {
    if (!launchOf(data).atLogin) show();
  });
  if (platform === 'darwin') app.on('activate', show);

  await app.whenReady();
  if (platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin) wanted.show = false;
  const installation = installationOf({
    here: options.here,
    resources: app.isPackaged ? process.resourcesPath : undefined,
    checkout: app.getAppPath(),
  });
  try {
    const clock = new SystemClock();
    const { umask } = options;
    const given = { env, platform, uid, clock, logger, logFile, installation, umask, leaving: leaving.signal };
    opening = openDesktop(given);
    const opened = await opening;
    if (leaving.signal.aborted) return;
    if ('kind' in opened) {
      say(opened.kind === 'refused' ? stays : 'keytray: another Keytray app is running already');
      app.exit(opened.kind === 'refused' ? failures.temporarily_unavailable.exit : 0);
      return;
    }
    desktop = opened;
    if (wanted.show) desktop.show();
  } catch (error) {
    if (!(error instanceof KeytrayError)) throw error;
    say(`keytray: ${oneLineOf(error)}`);
    logger.error('cannot start', { why: error.message });
    dialog.showErrorBox('Keytray cannot start', oneLineOf(error));
    app.exit(failures[error.code].exit);
  }
}
