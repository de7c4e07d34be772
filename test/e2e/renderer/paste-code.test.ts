import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppScene, startAppScene } from '../../support/app-scene.ts';
import { Browsers } from '../../support/broker.ts';
import type { AppWindow } from '../../support/renderer/app-window.ts';
import { type Pages, startPages } from '../../support/renderer/window-scene.ts';
import { type Quilt, startQuilt } from '../../support/vendors/quilt/quilt.ts';

describe('a code that is pasted into the window', () => {
  const browsers = new Browsers();
  let pages: Pages;
  let quilt: Quilt;
  let scene: AppScene;
  let window: AppWindow;
  let page: Page;

  beforeAll(async () => {
    pages = await startPages();
    quilt = await startQuilt();
    scene = await startAppScene(
      () => `accounts:\n  quilt: { service: quilt, url: "${quilt.url}", store: memory }\n`,
      {},
      { userAgent: browsers },
    );
    window = await pages.open(scene);
    page = window.page;
  });
  afterAll(async () => {
    await window?.close();
    await scene?.close();
    await quilt?.close();
    await pages?.close();
  });

  const field = () => page.getByLabel('Code');

  it('is asked for when the page that shows it has been opened', async () => {
    await page.getByRole('row', { name: /quilt/i }).click();
    await page.getByRole('button', { name: 'Sign in: quilt' }).click();
    await field().waitFor();
    expect(await field().getAttribute('type')).toBe('password');
    expect(browsers.opened.map(({ href }) => href)).toEqual([`${quilt.url}/login`]);
    await page.getByText(`Where to get it: ${quilt.url}/login`).waitFor();
  });

  it('has its page at hand again', async () => {
    await page.getByRole('button', { name: 'Open the page' }).click();
    await expect.poll(() => scene.desktop.opened).toEqual([`${quilt.url}/login`]);
  });

  it('that is refused may be followed by another', async () => {
    await field().fill('rt-of-yesterday');
    await page.getByRole('button', { name: 'Check and keep' }).click();
    await page.getByText(/does not accept the code/).waitFor();
    expect((await scene.broker.account('quilt')).state).not.toBe('active');
    const code = quilt.newCode();
    await field().fill(code);
    await page.getByRole('button', { name: 'Check and keep' }).click();
    await expect.poll(async () => (await scene.broker.account('quilt')).state).toBe('active');
    await field().waitFor({ state: 'detached' });
    expect(await page.content()).not.toContain(code);
  });
});
