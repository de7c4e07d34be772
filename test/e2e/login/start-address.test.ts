import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { followForms } from '../../../demo/built-in-user-agent.ts';
import { caller, type Laboratory, startLaboratory } from '../../support/broker.ts';
import { addressBar, press, withChromium, withoutCookiesOf } from '../../support/chromium.ts';

let lab: Laboratory;
beforeAll(async () => {
  lab = await startLaboratory({
    more: (issuer) => `    redirect: { host: localhost }
  other:
    service: oidc
    issuer: ${issuer}
    client_id: keytray
    scopes: [openid, offline_access, profile, email, git]
    redirect: { host: 127.0.0.1 }
    store: memory
`,
  });
});
afterAll(() => lab.close());

const fetchLocation = async (address: string): Promise<string> =>
  (await followForms(address, { login: '', stopAt: () => true })).url.href;

const start = async (user_agent: 'browser' | 'none' | 'paste' = 'browser', account = 'lab') => {
  const { login_id: id, authorization_url: address = '' } = await lab.broker.startLogin(account, { user_agent });
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

it('two sign-ins at once in one profile, at localhost and at 127.0.0.1, end each at its own account', async () => {
  await withChromium(async (page) => {
    const [lab1, other] = [await start('browser'), await start('browser', 'other')];
    expect([lab1, other].map(({ address }) => new URL(address).hostname)).toEqual(['localhost', '127.0.0.1']);
    const own = await page.context().browser()?.newContext();
    if (own === undefined) throw new Error('no browser');
    const first = await own.newPage();
    const second = await own.newPage();
    await first.goto(lab1.address);
    await second.goto(other.address);
    expect(await fillIn(second, 'bob')).toBe('You are signed in to other as bob.');
    expect(await fillIn(first, 'ada')).toBe('You are signed in to lab as ada.');
    expect([lab1.state().state, other.state().state]).toEqual(['succeeded', 'succeeded']);
    expect((await first.reload())?.status()).toBe(200);
    expect((await second.reload())?.status()).toBe(200);
  });
});

it('a sign-in in a Chromium without cookies is asked about, and stores nothing before the answer', async () => {
  await lab.broker.logout('lab', { revoke: true });
  await withoutCookiesOf('localhost', async (page) => {
    const begun = await start();
    await page.goto(begun.address);
    expect(await fillIn(page, 'ada')).toContain('begun in another browser or profile');
    await expect.poll(() => begun.state().confirm).toEqual({ who: 'ada' });
    expect(await lab.broker.account('lab')).toMatchObject({ state: 'signing_in' });
    await lab.broker.confirmLogin(begun.id, true);
    expect(await lab.broker.waitForLogin(begun.id, 10, caller.signal)).toMatchObject({ state: 'succeeded' });
  });
});

it('the address that a sign-in from the start address ended at can be pasted where its listener is out of reach', async () => {
  const begun = await start();
  const stuck = await withChromium(
    async (page) => {
      await page.goto(await fetchLocation(begun.address));
      await page.getByLabel('User name').fill('ada');
      await press(page, 'Sign in');
      await press(page, 'Allow');
      await page.getByText('ERR_CONNECTION_REFUSED').waitFor();
      return await addressBar(page);
    },
    [`--host-resolver-rules=MAP ${new URL(begun.address).host} 127.0.0.1:9`],
  );
  expect(await lab.broker.finishLogin(begun.id, { redirect_url: stuck.href })).toMatchObject({ state: 'succeeded' });
});
