import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { row } from '../../rows/row.ts';
import { type AppScene, startAppScene } from '../../support/app-scene.ts';
import type { AppWindow } from '../../support/renderer/app-window.ts';
import { seriousProblems } from '../../support/renderer/axe.ts';
import { type Pages, startPages } from '../../support/renderer/window-scene.ts';
import { labConfig } from '../../support/sign-in.ts';
import { type Dataiku, knownKeys, startDataiku } from '../../support/vendors/dataiku/dataiku.ts';

describe('an account with a key that is added in the window', () => {
  let pages: Pages;
  let instance: Dataiku;
  let scene: AppScene;
  let window: AppWindow;
  let page: Page;

  beforeAll(async () => {
    pages = await startPages();
    instance = await startDataiku();
    scene = await startAppScene((issuer) => labConfig({ issuer }));
    scene.desktop.agrees = true;
    window = await pages.open(scene, { viewport: { width: 960, height: 640 }, bypassCSP: true });
    page = window.page;
  });
  afterAll(async () => {
    await window?.close();
    await scene?.close();
    await instance?.close();
    await pages?.close();
  });

  const choose = async (title: string): Promise<void> => {
    await page.evaluate("location.hash = '#/accounts'");
    await page.getByRole('button', { name: 'Add account' }).click();
    await page.getByLabel('Search services').fill(title);
    await page.getByRole('row', { name: title, exact: true }).click();
    await page.getByRole('button', { name: 'Add and sign in' }).waitFor();
  };
  const sideways = () => page.evaluate('document.documentElement.scrollWidth - innerWidth');

  it.each(['Datadog', 'Databricks', 'Dataiku'])(
    'has nothing in the form for %s that axe calls serious',
    async (title) => {
      await choose(title);
      await page.getByRole('button', { name: 'More', exact: true }).click();
      expect(await seriousProblems(page)).toEqual([]);
    },
  );

  it('says when a key is the wrong choice, where there are other ways in', async () => {
    row('Q5');
    const warning = page.getByText('it is for automation. At your own computer, sign in instead.');
    await choose('Quilt');
    expect(await warning.count()).toBe(0);
    await page.getByLabel('How you get in').click();
    await page.getByRole('option', { name: 'A key, entered once' }).click();
    await warning.waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    expect(await sideways()).toBeLessThanOrEqual(0);
    await choose('Dataiku');
    expect(await warning.count()).toBe(0);
  });

  it('asks for the address that the service needs, and says what that is', async () => {
    await choose('Dataiku');
    await page.getByRole('button', { name: 'Add and sign in' }).click();
    await page.getByText('Write the address of the instance.').waitFor();
    await page.getByText('Profile & Settings, API keys, Create a new key').first().waitFor();
    expect(await page.getByLabel('Client ID').count()).toBe(0);
    expect(await page.getByLabel('Hosts for git').count()).toBe(0);
  });

  it('changes nothing where the person says no to the address', async () => {
    const before = await scene.config.read();
    scene.desktop.agrees = false;
    await page.getByLabel('Address').fill(instance.url);
    await page.getByLabel('Name').fill('dataiku@lab');
    await page.getByRole('button', { name: 'Add and sign in' }).click();
    await page.getByText('You declined; nothing was changed.').waitFor();
    expect(scene.desktop.asked.at(-1)?.details).toContain(`Address: ${new URL(instance.url).href}`);
    expect(await scene.config.read()).toBe(before);
    scene.desktop.agrees = true;
  });

  it('says what the configuration refuses, as the command line does', async () => {
    await page.getByLabel('Address').fill('http://dss.example.com');
    await page.getByRole('button', { name: 'Add and sign in' }).click();
    await page.getByText(/accounts\["?dataiku@lab"?\]\.url|accounts\.dataiku@lab\.url/).waitFor();
    expect(await scene.config.read()).not.toContain('dataiku');
  });

  it('goes on to the form for the key, and is active once it was entered', async () => {
    await page.getByLabel('Address').fill(instance.url);
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('button', { name: /Keep its tokens in/ }).click();
    await page.getByRole('option', { name: 'Memory only' }).click();
    await page.getByRole('button', { name: 'Add and sign in' }).click();
    const key = page.getByLabel('API key', { exact: true });
    await key.fill(knownKeys.personal);
    await page.getByRole('button', { name: 'Check and keep' }).click();
    await page.getByText(/You are signed in to Dataiku \(lab\)/).waitFor();
    expect((await scene.broker.account('dataiku@lab')).state).toBe('active');
    expect(await scene.config.read()).toMatch(/dataiku@lab:\n {4}service: dataiku\n {4}url: /);
    expect(await page.content()).not.toContain(knownKeys.personal);
  });

  it('asks by the grant that is chosen, the default first', async () => {
    await choose('Datadog');
    await page.getByLabel('AWS profile').waitFor();
    await page.getByLabel('Organization UUID').waitFor();
    await page.getByLabel('Site').waitFor();
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await sideways()).toBe(0);
    await page.getByRole('button', { name: /How you get in/ }).click();
    await page.getByRole('option', { name: 'A key, entered once' }).click();
    await page.getByLabel('AWS profile').waitFor({ state: 'detached' });
    await page.getByText('Application key').waitFor();
    expect(await sideways()).toBe(0);
  });
});
