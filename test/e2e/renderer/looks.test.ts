import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppWindow, type Backend, openAppWindow } from '../../support/renderer/app-window.ts';
import { seriousProblems } from '../../support/renderer/axe.ts';
import { keepPicture } from '../../support/renderer/picture.ts';
import { sampleNow, sampleStatus } from '../../support/renderer/sample.ts';
import { firstEvent, sampleApi } from '../../support/renderer/sample-api.ts';
import { type Pages, startPages } from '../../support/renderer/window-scene.ts';

const pictures = path.resolve(import.meta.dirname, '../../../docs/images');

/** Each page by the fragment of its address and what shows that it is there. */
const views = [
  { name: 'accounts', at: '#/accounts', shown: 'dataiku@prod' },
  { name: 'details', at: '#/accounts/gitlab%40acme', shown: 'Recently' },
  { name: 'add-account', at: '#/add-account', shown: 'Any other server' },
  { name: 'api-keys', at: '#/accounts/quilt%40acme/api-keys', shown: 'ci-github-prod' },
  { name: 'revoke-key', at: '#/revoke-key', shown: 'Issued by' },
  { name: 'tools', at: '#/tools', shown: 'Not found on this machine' },
  { name: 'activity', at: '#/activity', shown: 'took a token for github.com' },
  { name: 'settings', at: '#/settings', shown: 'Per account' },
] as const;

const backend: Backend = {
  api: sampleApi(),
  subscribe: (listener) => {
    listener(firstEvent);
    return () => undefined;
  },
};

describe('the window, as it looks', () => {
  let pages: Pages;

  beforeAll(async () => {
    pages = await startPages();
    await mkdir(pictures, { recursive: true });
  });
  afterAll(() => pages?.close());

  const open = (options: Parameters<typeof openAppWindow>[3]): Promise<AppWindow> =>
    openAppWindow(pages.browser, pages.url, backend, { now: sampleNow, timezoneId: 'UTC', ...options });
  const show = async (page: Page, { at, shown }: (typeof views)[number]): Promise<void> => {
    await page.evaluate(`location.hash = ${JSON.stringify(at)}`);
    await page.getByText(shown).first().waitFor();
  };

  it.each(['light', 'dark'] as const)(
    '%s: has nothing that axe calls serious, and its picture is taken',
    async (scheme) => {
      // Axe itself is a script from outside, so this window alone has no content security policy.
      const { page, errors, close } = await open({ colorScheme: scheme, reducedMotion: 'reduce', bypassCSP: true });
      const problems: string[] = [];
      for (const view of views) {
        await show(page, view);
        problems.push(...(await seriousProblems(page)).map((problem) => `${view.name}: ${problem}`));
        if (view.name === 'accounts' || view.name === 'details') {
          const file = path.join(pictures, `window-${view.name}-${scheme}.png`);
          await keepPicture(pages.browser, file, await page.screenshot());
        }
      }
      await show(page, views[5]);
      await page.getByRole('button', { name: 'Set up… docker' }).click();
      await page.getByText('docker would ask Keytray').waitFor();
      problems.push(...(await seriousProblems(page)).map((problem) => `set-up: ${problem}`));
      await page.keyboard.press('Escape');
      await page.getByText('Nothing to set up').waitFor();
      await page.getByRole('button', { name: 'How to use… curl' }).click();
      await page.getByText('keytray helper curl config').waitFor();
      expect(await page.getByRole('button', { name: 'Set up', exact: true }).count()).toBe(0);
      await page.getByRole('button', { name: 'Close' }).click();
      await show(page, views[2]);
      await page.getByRole('row', { name: 'GitHub' }).click();
      await page.getByText('More', { exact: true }).click();
      await page.getByRole('button', { name: 'Add and sign in' }).click();
      await page.getByText('GitHub wants a client secret.').waitFor();
      problems.push(...(await seriousProblems(page)).map((problem) => `form: ${problem}`));
      expect({ problems, errors }).toEqual({ problems: [], errors: [] });
      await close();
    },
  );

  it('the first run: has nothing that axe calls serious', async () => {
    const empty: Backend = {
      api: sampleApi(),
      subscribe: (listener) => {
        listener({ type: 'broker', event: { type: 'state', status: { ...sampleStatus, accounts: [] } } });
        return () => undefined;
      },
    };
    const { page, close } = await openAppWindow(pages.browser, pages.url, empty, { bypassCSP: true });
    await page.getByText('You sign in once per service').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await page.getByRole('button', { name: 'Add your first account' }).click();
    await page.getByText('Any other server').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await close();
  });

  it('would have a picture without words noticed', async () => {
    const { page, close } = await open({ bypassCSP: true });
    await show(page, views[0]);
    await page.evaluate("document.querySelector('main').append(document.createElement('img'))");
    expect(await seriousProblems(page)).toEqual([expect.stringContaining('image-alt')]);
    await close();
  });

  it('would have a style, a connection or HTML made of text noticed', async () => {
    const { page, violations, close } = await open({});
    await show(page, views[0]);
    await page.evaluate(
      `document.head.append(Object.assign(document.createElement('style'), { textContent: 'a {}' }))`,
    );
    await page.evaluate(`fetch('/').catch(() => undefined)`);
    await page.evaluate(`try { document.body.innerHTML = '<b>x</b>' } catch {}`);
    await expect
      .poll(() => violations.map((violation) => violation.split(' ')[0]))
      .toEqual(['style-src-elem', 'connect-src', 'require-trusted-types-for']);
    await close();
  });

  it.each([
    { what: '320 px wide', viewport: { width: 320, height: 640 } },
    // What 200 % zoom does to the default window: half the room for everything.
    { what: 'at 200 % zoom', viewport: { width: 480, height: 320 } },
  ])('$what: nothing is cut off or needs scrolling sideways', async ({ viewport }) => {
    const { page, violations, errors, close } = await open({ viewport });
    for (const view of views) {
      await show(page, view);
      const outside = await page.evaluate(`[...document.querySelectorAll('button, a, input, h1, h2, .state')]
        .filter((element) => {
          const { left, right, width } = element.getBoundingClientRect();
          return width > 0 && (left < 0 || right > innerWidth + 1);
        })
        .map((element) => element.textContent)`);
      expect({ view: view.name, outside }).toEqual({ view: view.name, outside: [] });
      const sideways = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect({ view: view.name, sideways }).toEqual({ view: view.name, sideways: 0 });
    }
    await show(page, views[2]);
    await page.getByRole('row', { name: 'GitLab' }).click();
    await page.getByRole('button', { name: 'Add and sign in' }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    expect({ violations, errors }).toEqual({ violations: [], errors: [] });
    await close();
  });

  it('moves nothing for who asked for less motion', async () => {
    const { page, close } = await open({ reducedMotion: 'reduce' });
    await show(page, views[0]);
    const moving = await page.evaluate(`[...document.querySelectorAll('*')].filter((element) => {
      const { transitionDuration, animationName } = getComputedStyle(element);
      return transitionDuration !== '0s' || animationName !== 'none';
    }).length`);
    expect(moving).toBe(0);
    await close();
  });
});
