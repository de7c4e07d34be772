import { readFile, writeFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';

/** Of all pixels: less than this is how letters are smoothed, which differs from run to run. */
const visible = 0.002;

/** In the page: the share of pixels that differ by more than a shade. */
const compare = `async ([before, after]) => {
  const pixels = async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    context.drawImage(bitmap, 0, 0);
    return context.getImageData(0, 0, bitmap.width, bitmap.height).data;
  };
  const [left, right] = [await pixels(before), await pixels(after)];
  if (left.length !== right.length) return 1;
  let differing = 0;
  for (let at = 0; at < left.length; at += 4) {
    const by = [0, 1, 2].map((part) => Math.abs(left[at + part] - right[at + part]));
    if (Math.max(...by) > 16) differing += 1;
  }
  return differing / (left.length / 4);
}`;

/** Writes the picture, unless the one that is there looks the same: a test run alone changes no file. */
export async function keepPicture(browser: Browser, file: string, picture: Buffer): Promise<void> {
  const before = await readFile(file).catch(() => undefined);
  if (before !== undefined) {
    const page = await browser.newPage();
    const both = JSON.stringify([before.toString('base64'), picture.toString('base64')]);
    const share = await page.evaluate(`(${compare})(${both})`);
    await page.close();
    if (typeof share === 'number' && share < visible) return;
  }
  await writeFile(file, picture);
}
