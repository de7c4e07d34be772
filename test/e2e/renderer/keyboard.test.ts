import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppScene, startAppScene } from '../../support/app-scene.ts';
import { type Pages, Person, startPages } from '../../support/renderer/window-scene.ts';
import { labConfig } from '../../support/sign-in.ts';

/** What has the focus, by its name. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(
    `(document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '').trim()`,
  );

/** Tab until something of that name has the focus; a person gives up sooner than this. */
async function tabTo(page: Page, name: string | RegExp, key = 'Tab'): Promise<void> {
  const met: string[] = [];
  for (let presses = 0; presses < 25; presses += 1) {
    const now = await focused(page);
    if (typeof name === 'string' ? now === name : name.test(now)) return;
    met.push(now.slice(0, 40));
    await page.keyboard.press(key);
  }
  throw new Error(`nothing called ${name} by keyboard; met ${met.join(' | ')}`);
}

describe('the window without a mouse', () => {
  let pages: Pages;
  let scene: AppScene;

  beforeAll(async () => {
    pages = await startPages();
    const config = (issuer: string): string => labConfig({ issuer, git: ['git.lab.example'] });
    scene = await startAppScene(config, {}, { userAgent: new Person('ada') });
  });
  afterAll(async () => {
    await scene?.close();
    await pages?.close();
  });

  it('signs in, opens details, signs out after asking, and starts to add an account', async () => {
    const { page, violations, errors, close } = await pages.open(scene);
    const press = (key: string): Promise<void> => page.keyboard.press(key);
    await page.getByRole('row', { name: /^lab, lab,/ }).waitFor();

    await tabTo(page, 'Sign in: lab');
    await press('Enter');
    await page.getByRole('row', { name: 'lab, lab, Signed in' }).waitFor();

    await tabTo(page, 'lab, lab, Signed in', 'Shift+Tab');
    await press('Enter');
    await page.getByRole('heading', { name: 'lab', level: 1 }).waitFor();
    // The new page says where one is.
    expect(await focused(page)).toBe('lab');

    await tabTo(page, 'More for lab');
    const ring = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
    expect(ring).toBe('solid');
    await press('Enter');
    await tabTo(page, 'Sign out…', 'ArrowDown');
    await press('Enter');
    await page.getByRole('alertdialog').waitFor();
    await press('Escape');
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    expect((await scene.api.status(undefined)).accounts[0]?.state).toBe('active');

    await tabTo(page, 'More for lab');
    await press('Enter');
    await tabTo(page, 'Sign out…', 'ArrowDown');
    await press('Enter');
    await page.getByRole('alertdialog').waitFor();
    await tabTo(page, 'Sign out');
    await press('Enter');
    await page.getByText('Signed out', { exact: true }).waitFor();

    await tabTo(page, 'Accounts', 'Shift+Tab');
    await press('Enter');
    await tabTo(page, 'Add account');
    await press('Enter');
    await page.getByRole('heading', { name: 'Add account' }).waitFor();
    expect(await page.evaluate('document.activeElement?.getAttribute("aria-label")')).toBe('Search services');
    await page.keyboard.type('git');
    await page.getByRole('row', { name: 'Google' }).waitFor({ state: 'detached' });
    await tabTo(page, /^GitHub/);
    await press('Enter');
    await page.getByRole('heading', { name: 'Add GitHub' }).waitFor();
    await tabTo(page, 'Add and sign in');
    await press('Enter');
    await page.getByText('Write the client ID you were given.').waitFor();

    expect({ violations, errors }).toEqual({ violations: [], errors: [] });
    await close();
  });
});
