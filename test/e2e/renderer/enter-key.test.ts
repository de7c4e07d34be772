import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppScene, startAppScene } from '../../support/app-scene.ts';
import type { AppWindow } from '../../support/renderer/app-window.ts';
import { type Pages, startPages } from '../../support/renderer/window-scene.ts';
import { type Dataiku, knownKeys, startDataiku } from '../../support/vendors/dataiku/dataiku.ts';

describe('a key that is entered in the window', () => {
  let pages: Pages;
  let instance: Dataiku;
  let scene: AppScene;
  let window: AppWindow;
  let page: Page;

  beforeAll(async () => {
    pages = await startPages();
    instance = await startDataiku();
    scene = await startAppScene(
      () => `accounts:
  dataiku: { service: dataiku, url: "${instance.url}", store: memory }
  dataiku@dev: { service: dataiku, url: "${instance.url}", environment: dev, tls: { verify: false }, store: memory }
`,
    );
    window = await pages.open(scene);
    page = window.page;
  });
  afterAll(async () => {
    await window?.close();
    await scene?.close();
    await instance?.close();
    await pages?.close();
  });

  const field = () => page.getByLabel('API key', { exact: true });

  it('is shown to go to a server whose certificate is not checked, in the list and in the details', async () => {
    const warnings = page.locator('.badge.danger');
    await page
      .getByRole('row', { name: /dataiku@dev/ })
      .getByText('TLS not checked')
      .waitFor();
    expect(await warnings.allTextContents()).toEqual(['TLS not checked']);
    await page.getByRole('row', { name: /dataiku@dev/ }).click();
    await page.getByText('TLS certificates are not checked').waitFor();
    expect(await warnings.allTextContents()).toEqual(['TLS certificates are not checked']);
    await page.getByRole('link', { name: 'Accounts' }).first().click();
  });

  it('is asked for in a masked field that says where to get it', async () => {
    await page.getByRole('row', { name: /dataiku, dataiku,/i }).click();
    await page.getByRole('button', { name: 'Sign in: dataiku' }).click();
    await field().waitFor();
    expect(await field().getAttribute('type')).toBe('password');
    await page.getByText('Where to get it: Profile & Settings, API keys').waitFor();
  });

  it('is refused at the field, and nothing is kept', async () => {
    await field().fill('a-key-nobody-has');
    await page.getByRole('button', { name: 'Check and keep' }).click();
    await page.getByText(/Dataiku does not know this key/).waitFor();
    expect(await page.getByText('a-key-nobody-has').count()).toBe(0);
    expect((await scene.broker.account('dataiku')).state).not.toBe('active');
    expect(await page.getByRole('button', { name: 'Keep it unchecked' }).count()).toBe(0);
  });

  it('may be kept unchecked only where the service did not answer', async () => {
    instance.faults.add(/auth/, { kind: 'reset' }, 3);
    await page.getByRole('button', { name: 'Check and keep' }).click();
    await page.getByRole('button', { name: 'Keep it unchecked' }).waitFor();
    expect((await scene.broker.account('dataiku')).state).not.toBe('active');
  });

  it('works at once when it is right, and is on no page afterwards', async () => {
    await field().fill(knownKeys.personal);
    await page.getByRole('button', { name: 'Check and keep' }).click();
    await expect.poll(async () => (await scene.broker.account('dataiku')).state).toBe('active');
    await field().waitFor({ state: 'detached' });
    expect(await page.content()).not.toContain(knownKeys.personal);
  });
});
