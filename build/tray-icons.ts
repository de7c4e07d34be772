import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';

/**
 * `node build/tray-icons.ts`: draws the icons of the tray in Chromium. The results are in the repository: nobody needs a
 * browser to build. For macOS as templates, which the system colours by itself and knows by the end of their names; for
 * panels on Linux that know no SVG, light with a dark halo. What the others take, symbolic SVGs that they colour
 * themselves by filling shapes, is written by hand beside those.
 */

const menuBar = join(import.meta.dirname, '../electron/icons');
const panel = join(import.meta.dirname, '../core/tray/icons/hicolor/keytray/panel');

const states = ['ok', 'attention', 'busy', 'offline', 'locked'] as const;
type State = (typeof states)[number];

interface Look {
  /** Without their end. */
  readonly file: (state: State) => string;
  readonly scales: readonly (readonly [end: string, factor: number])[];
  readonly ink: string;
  readonly accent: string;
  /** Around everything, for panels that are light. Undefined: none. */
  readonly halo: string | undefined;
  readonly size: number;
}

const looks: readonly Look[] = [
  {
    file: (state) => join(panel, `keytray-${state}-symbolic`),
    scales: [['', 1]],
    ink: '#f4f4f5',
    accent: '#ff9f43',
    halo: '#27272a',
    size: 22,
  },
  {
    file: (state) => join(menuBar, `${state}Template`),
    scales: [
      ['', 1],
      ['@2x', 2],
    ],
    ink: '#000',
    accent: '#000',
    halo: undefined,
    size: 18,
  },
];

const key = '<circle cx="6.9" cy="12.2" r="4.1"/><path d="M11 12.2h8.6v3.6M16 12.2v3"/>';
const padlock =
  '<rect x="4.6" y="9.9" width="12.8" height="9" rx="2"/><path d="M7.4 9.9V7.2a3.6 3.6 0 0 1 7.2 0v2.7"/>';

function glyph(state: State, { accent }: Look): string {
  switch (state) {
    case 'ok':
      return key;
    case 'attention':
      return `${key}<circle cx="16.6" cy="5.4" r="3.4" fill="${accent}" stroke="none"/>`;
    case 'busy':
      return `${key}<path d="M13.2 6.2a3.8 3.8 0 1 1 3.8 3" stroke="${accent}"/>`;
    case 'offline':
      return `<g opacity="0.45">${key}</g>`;
    case 'locked':
      return padlock;
  }
}

function svg(state: State, look: Look): string {
  const drawn = (ink: string, width: number, more = ''): string =>
    `<g fill="none" stroke="${ink}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"${more}>`;
  const { halo, ink } = look;
  const around =
    halo === undefined ? '' : `${drawn(halo, 4, ' opacity="0.6"')}${glyph(state, { ...look, accent: halo })}</g>`;
  const inside = `${drawn(ink, 2)}${glyph(state, look)}</g>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 22 22">${around}${inside}</svg>`;
}

async function draw(page: Page, text: string, size: number): Promise<Buffer> {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(`<style>*{margin:0}svg{display:block;width:100vw;height:100vh}</style>${text}`);
  return await page.screenshot({ omitBackground: true });
}

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
try {
  const page = await browser.newPage();
  for (const folder of [menuBar, panel]) await mkdir(folder, { recursive: true });
  for (const state of states) {
    for (const look of looks) {
      for (const [end, factor] of look.scales) {
        await writeFile(`${look.file(state)}${end}.png`, await draw(page, svg(state, look), factor * look.size));
      }
    }
  }
} finally {
  await browser.close();
}
