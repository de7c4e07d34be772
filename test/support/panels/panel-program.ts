import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Area } from '../seat.ts';

/** A panel that shows tray icons, as people have it, with nothing else on it that moves. */
export interface PanelProgram {
  readonly name: string;
  /** What D-Bus starts for it. */
  readonly services: readonly string[];
  /** Where the icon is, and what is there besides. */
  readonly icon: Area;
  /** Where its menu opens. */
  readonly menu: Area;
  /** Its first line. */
  readonly headline: Area;
  /** What to photograph: the icon with its menu. */
  readonly picture: Area;
  /** The button that opens it. */
  readonly button: 'left' | 'right';
  /** From a menu just opened to the second entry below "More", when twelve accounts stand above it and nobody is needed. */
  readonly toMore: readonly string[];
  /** Undefined: it shows none. */
  readonly tooltip: Area | undefined;
  /** `env`: a home, a session bus, and a display. Resolves once it has been started, which is before it is seen. */
  start(env: Readonly<Record<string, string>>): Promise<RunningPanel>;
}

export interface RunningPanel {
  stop(): Promise<void>;
}

/** Of the screens that panels are started on. GNOME's menu scrolls on a lower one. */
export const screenSize = { width: 1_280, height: 1_024 } as const;

/** Height of a panel along the upper edge of the screen, where it has no height of its own, in pixels. */
export const panelHeight = 28;

/** Up from the end: Quit, Lock now, Pause, More. */
export const upToMore = ['Up', 'Up', 'Up', 'Up', 'Right', 'Down', 'Return'] as const;

export async function writeSettings(env: Readonly<Record<string, string>>, file: string, text: string): Promise<void> {
  const whole = path.join(env.HOME ?? '', '.config', file);
  await mkdir(path.dirname(whole), { recursive: true });
  await writeFile(whole, text);
}

/** Of GNOME's and MATE's settings, where `GSETTINGS_BACKEND` is `keyfile`: no daemon keeps them. */
export const settingsFile = 'glib-2.0/settings/keyfile';

export function startPanel(file: string, args: readonly string[], env: NodeJS.ProcessEnv): RunningPanel {
  const panel = spawn(file, args, { env, stdio: 'ignore' });
  const endAtExit = (): boolean => panel.kill('SIGKILL');
  process.once('exit', endAtExit);
  return {
    stop: async () => {
      process.off('exit', endAtExit);
      await ended(panel);
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill();
  await gone;
}
