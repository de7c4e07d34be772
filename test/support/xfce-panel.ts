import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A part of the screen, in pixels. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Pixel {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

/** The screen and the keys of a display, as a person has them. */
export interface Seat {
  pixels(area: Area): Promise<readonly Pixel[]>;
  /** Writes the whole screen as a PNG. */
  photograph(file: string): Promise<void>;
  point(x: number, y: number): Promise<void>;
  click(x: number, y: number): Promise<void>;
  press(...keys: readonly string[]): Promise<void>;
}

export function seatAt(display: string): Seat {
  const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', DISPLAY: display };
  const tool = async (...args: readonly string[]): Promise<void> => {
    await run('xdotool', args, { env });
  };
  return {
    pixels: async ({ x, y, width, height }) => {
      const crop = `${width}x${height}+${x}+${y}`;
      const args = ['-window', 'root', '-crop', crop, '-depth', '8', 'rgb:-'];
      const { stdout } = await run('/usr/bin/import', args, { env, encoding: 'buffer' });
      return Array.from({ length: width * height }, (_, index) => ({
        red: stdout[3 * index] ?? 0,
        green: stdout[3 * index + 1] ?? 0,
        blue: stdout[3 * index + 2] ?? 0,
      }));
    },
    photograph: async (file) => {
      await run('/usr/bin/import', ['-window', 'root', file], { env });
    },
    point: (x, y) => tool('mousemove', String(x), String(y)),
    click: (x, y) => tool('mousemove', String(x), String(y), 'click', '1'),
    press: (...keys) => tool('key', '--delay', '80', ...keys),
  };
}

export interface RunningPanel {
  stop(): Promise<void>;
}

/** Height of the panel along the upper edge of the screen, in pixels. Icons stand at its left end. */
export const panelHeight = 28;

/** xfce4-panel with nothing on it but tray icons. `env`: a home, a session bus with Xfconf, and a display. */
export async function startXfcePanel(env: Record<string, string>): Promise<RunningPanel> {
  const folder = path.join(env.HOME ?? '', '.config/xfce4/xfconf/xfce-perchannel-xml');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'xfce4-panel.xml'), channel);
  const panel = spawn('xfce4-panel', ['--disable-wm-check'], { env, stdio: 'ignore' });
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

const property = (name: string, type: string, value: string): string =>
  `<property name="${name}" type="${type}" value="${value}"/>`;

const channel = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  ${property('configver', 'int', '2')}
  <property name="panels" type="array"><value type="int" value="1"/>
    <property name="panel-1" type="empty">
      ${property('position', 'string', 'p=6;x=0;y=0')}${property('position-locked', 'bool', 'true')}
      ${property('length', 'uint', '100')}${property('size', 'uint', String(panelHeight))}
      <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
    </property>
  </property>
  <property name="plugins" type="empty">${property('plugin-1', 'string', 'systray')}</property>
</channel>
`;
