import { execFile } from 'node:child_process';
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
  /** The words that are to be read there, by OCR: good for a sentence, not for every letter of it. */
  words(area: Area, what: 'line' | 'lines'): Promise<string>;
  /** Writes a part of the screen as a PNG. */
  photograph(file: string, area: Area): Promise<void>;
  point(x: number, y: number): Promise<void>;
  click(x: number, y: number, button?: 'left' | 'right'): Promise<void>;
  press(...keys: readonly string[]): Promise<void>;
}

const cropOf = ({ x, y, width, height }: Area): string => `${width}x${height}+${x}+${y}`;

/** Letters of a screen are too small for tesseract, and a black rest of the screen beside them confuses it. */
const trimmed = '-bordercolor black -border 1 -fuzz 2% -trim +repage -resize 300%';
const readAloud = `/usr/bin/import -window root -crop "$1" +repage png:- | convert - ${trimmed} png:- | tesseract - - --psm "$2"`;

export function seatAt(display: string): Seat {
  const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', DISPLAY: display, OMP_THREAD_LIMIT: '1' };
  const tool = async (...args: readonly string[]): Promise<void> => {
    await run('xdotool', args, { env });
  };
  return {
    pixels: async (area) => {
      const args = ['-window', 'root', '-crop', cropOf(area), '-depth', '8', 'rgb:-'];
      const { stdout } = await run('/usr/bin/import', args, { env, encoding: 'buffer' });
      return Array.from({ length: area.width * area.height }, (_, index) => ({
        red: stdout[3 * index] ?? 0,
        green: stdout[3 * index + 1] ?? 0,
        blue: stdout[3 * index + 2] ?? 0,
      }));
    },
    words: async (area, what) => {
      const args = ['-c', readAloud, 'sh', cropOf(area), what === 'line' ? '7' : '6'];
      // Where all is black it finds no picture.
      const { stdout } = await run('/bin/sh', args, { env }).catch(() => ({ stdout: '' }));
      return stdout.replaceAll(/\s+/g, ' ');
    },
    photograph: async (file, area) => {
      await run('/usr/bin/import', ['-window', 'root', '-crop', cropOf(area), '+repage', '-strip', file], { env });
    },
    point: (x, y) => tool('mousemove', String(x), String(y)),
    click: (x, y, button = 'left') => tool('mousemove', String(x), String(y), 'click', button === 'left' ? '1' : '3'),
    press: (...keys) => tool('key', '--delay', '80', ...keys),
  };
}
