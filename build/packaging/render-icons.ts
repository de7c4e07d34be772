import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

/**
 * `npm run icons`: renders icons/keytray.svg in Chromium, for Linux as PNG files and for macOS as one icon file of
 * them. The results are in the repository: packages are made without a browser.
 */

const folder = join(import.meta.dirname, 'icons');
const linuxSizes = [16, 32, 48, 64, 128, 256, 512];

/** Apple's names for PNG parts of an icon file, by pixels. */
const macParts: ReadonlyMap<number, string> = new Map([
  [128, 'ic07'],
  [256, 'ic08'],
  [512, 'ic09'],
  [1024, 'ic10'],
]);

function part(name: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32BE(content.length + 8, 4);
  return Buffer.concat([head, content]);
}

const svg = await readFile(join(folder, 'keytray.svg'), 'utf8');
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
try {
  const rendered = new Map<number, Buffer>();
  for (const size of new Set([...linuxSizes, ...macParts.keys()])) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    await page.setContent(`<style>*{margin:0}svg{display:block;width:100vw;height:100vh}</style>${svg}`);
    rendered.set(size, await page.screenshot({ omitBackground: true }));
    await page.close();
  }
  for (const size of linuxSizes) await writeFile(join(folder, `keytray-${size}.png`), rendered.get(size) ?? '');
  const parts = [...macParts].map(([size, name]) => part(name, rendered.get(size) ?? Buffer.alloc(0)));
  await writeFile(join(folder, 'keytray.icns'), part('icns', Buffer.concat(parts)));
} finally {
  await browser.close();
}
