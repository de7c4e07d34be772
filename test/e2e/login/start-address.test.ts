import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { followForms } from '../../../cli/demo/built-in-user-agent.ts';
import { caller, type Laboratory, startLaboratory } from '../../support/broker.ts';
import { press, withChromium } from '../../support/chromium.ts';

let lab: Laboratory;
beforeAll(async () => {
  lab = await startLaboratory({ more: '    redirect: { host: localhost }\n' });
});
afterAll(() => lab.close());

const fetchLocation = async (address: string): Promise<string> =>
  (await followForms(address, { login: '', stopAt: () => true })).url.href;

const start = async (user_agent: 'browser' | 'none' = 'browser') => {
  const { login_id: id, authorization_url: address = '' } = await lab.broker.startLogin('lab', { user_agent });
  return { id, address, state: () => lab.broker.login(id) };
};

async function fillIn(page: Page, person: string): Promise<string> {
  await page.getByLabel('User name').fill(person);
  await press(page, 'Sign in');
  await press(page, 'Allow');
  return (await page.locator('h1').textContent()) ?? '';
}

it('a sign-in in Chromium survives reload, Back and a second tab, and is told from another profile', async () => {
  await withChromium(async (page) => {
    const browser = page.context().browser();
    if (browser === null) throw new Error('no browser');
    const profile = async (): Promise<BrowserContext> => await browser.newContext();
    const own = await profile();

    // Opened, gone back to and opened again, in the profile that began it.
    const first = await start();
    const tab = await own.newPage();
    await tab.goto(first.address);
    const second = await own.newPage();
    await second.goto(first.address);
    await tab.goto('about:blank');
    await tab.goBack();
    await tab.reload();
    const stranger = await (await profile()).newPage();
    expect((await stranger.goto(first.address))?.status()).toBe(404);
    expect(await fillIn(tab, 'ada')).toBe('You are signed in to lab as ada.');
    expect(first.state()).toMatchObject({ state: 'succeeded' });
    const shown = tab.url();
    expect((await tab.reload())?.status()).toBe(200);
    expect((await second.goto(shown))?.status()).toBe(200);
    expect((await stranger.goto(shown))?.status()).toBe(404);

    // Begun in one profile, finished in one that never had the cookie, as where cookies are off: asked about.
    const carried = await start();
    const begun = await fetchLocation(carried.address);
    const elsewhere = await (await profile()).newPage();
    await elsewhere.goto(begun);
    expect(await fillIn(elsewhere, 'ada')).toContain('begun in another browser or profile');
    await expect.poll(() => carried.state().confirm).toEqual({ who: 'ada' });
    lab.broker.cancelLogin(carried.id);

    // By hand: no cookie is asked for.
    const told = await start('none');
    const anywhere = await (await profile()).newPage();
    await anywhere.goto(told.address);
    expect(await fillIn(anywhere, 'ada')).toBe('You are signed in to lab as ada.');
    expect((await anywhere.reload())?.status()).toBe(200);
    expect(await lab.broker.waitForLogin(told.id, 10, caller.signal)).toMatchObject({ state: 'succeeded' });
  });
});
