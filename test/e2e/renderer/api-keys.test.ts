import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../core/secret.ts';
import { type AppScene, startAppScene } from '../../support/app-scene.ts';
import type { AppWindow } from '../../support/renderer/app-window.ts';
import { type Pages, startPages } from '../../support/renderer/window-scene.ts';
import { type Dataiku, knownKeys, startDataiku } from '../../support/vendors/dataiku/dataiku.ts';
import { type Quilt, startQuilt } from '../../support/vendors/quilt/quilt.ts';

describe('the API keys of an account in the window', () => {
  let pages: Pages;
  let quilt: Quilt;
  let dataiku: Dataiku;
  let scene: AppScene;
  let window: AppWindow;
  let page: Page;

  const enter = async (account: string, fields: Readonly<Record<string, string>>): Promise<void> => {
    const { login_id } = await scene.broker.startLogin(account, { user_agent: 'browser' });
    await scene.broker.finishLogin(login_id, { fields, unchecked: false });
  };

  beforeAll(async () => {
    [pages, quilt, dataiku] = await Promise.all([startPages(), startQuilt(), startDataiku()]);
    scene = await startAppScene(
      () => `accounts:
  quilt@acme: { service: quilt, url: "${quilt.url}", store: memory }
  dataiku@prod: { service: dataiku, url: "${dataiku.url}", store: memory }
`,
    );
    await enter('quilt@acme', { code: quilt.newCode() });
    await enter('dataiku@prod', { api_key: knownKeys.personal });
    window = await pages.open(scene);
    page = window.page;
  });
  beforeEach(() => {
    scene.desktop.agrees = true;
    scene.desktop.asked.length = 0;
  });
  afterAll(async () => {
    await window?.close();
    await scene?.close();
    await Promise.all([quilt?.close(), dataiku?.close(), pages?.close()]);
  });

  const go = (hash: string) => page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  const row = (name: string) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) });
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const named = (name: string) => quilt.keys.find((key) => key.name === name);
  const create = async (name: string, keepAs = ''): Promise<void> => {
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByLabel('Keep as account').fill(keepAs);
    await press('Create key');
  };
  /** Nowhere in what the page shows, where it is, or what its fields hold. */
  const expectGone = async (secret: string): Promise<void> => {
    const fields = await page.evaluate(`[...document.querySelectorAll('input')].map(({ value }) => value).join()`);
    expect([await page.content(), page.url(), fields].join('\n')).not.toContain(secret);
  };

  it('are listed with their age, end, last use and state', async () => {
    quilt.addKey('nightly', 40);
    quilt.addKey('old', -5);
    await page.getByRole('row', { name: /quilt@acme/ }).click();
    await press('Show API keys');
    await row('nightly').waitFor();
    expect(await row('nightly').textContent()).toMatch(/39 d.*never.*no account here.*Active/);
    expect(await row('old').textContent()).toMatch(/ended.*Expired/);
    expect(await page.content()).not.toContain(named('nightly')?.secret);
  });

  it('are not created where the person does not agree', async () => {
    scene.desktop.agrees = false;
    await create('ci');
    await page.getByText('You declined; nothing was changed.').waitFor();
    expect(scene.desktop.asked[0]).toMatchObject({
      account: 'quilt@acme',
      details: expect.arrayContaining([`Server: ${quilt.url}/`, 'Name: ci', 'Ends after: 90 days']),
    });
    expect(named('ci')).toBeUndefined();
  });

  it('have a secret that is shown once, copied for a while, and gone with the dialog', async () => {
    await create('ci');
    await page.getByRole('dialog', { name: 'The secret of ci' }).waitFor();
    const secret = named('ci')?.secret ?? 'none';
    expect(await page.getByRole('dialog').textContent()).toContain(secret);
    await press('Copy the secret');
    await page.getByText('Copied; cleared from the clipboard in 30 s.').waitFor();
    expect(scene.desktop.copied).toEqual([{ text: new Secret(secret), clearAfter: 30 }]);
    await press('Done');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await row('ci').waitFor();
    await expectGone(secret);
  });

  it('forget the secret when the page is left without a word', async () => {
    await create('left');
    await page.getByRole('dialog').waitFor();
    await go('#/accounts');
    await page.getByRole('heading', { name: 'Accounts' }).waitFor();
    await expectGone(named('left')?.secret ?? '');
    await go('#/accounts/quilt%40acme/api-keys');
    await row('left').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    await expectGone(named('left')?.secret ?? '');
  });

  it('are refused in the words of the service, at the form', async () => {
    await create('ci');
    await page.getByText(/already exists/).waitFor();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('ci');
  });

  it('may be kept by an account instead, and are then rotated in it', async () => {
    await create('job', 'quilt@job');
    await page.getByText('job was created and is kept as quilt@job.').waitFor();
    const old = named('job');
    await expectGone(old?.secret ?? '');
    await expect.poll(() => row('job').textContent()).toContain('quilt@job');
    await press('Rotate: job');
    await page.getByText(/job-2 is now the key of quilt@job/).waitFor();
    expect(scene.desktop.asked.at(-1)?.details).toContain('Used by: quilt@job');
    expect(named('job')).toBeUndefined();
    await expectGone(named('job-2')?.secret ?? '');
  });

  it('that no account has are rotated with a secret to give away, and the old one stays', async () => {
    await press('Rotate: nightly');
    await page.getByRole('dialog', { name: 'The secret of nightly-2' }).waitFor();
    const secret = named('nightly-2')?.secret ?? 'none';
    expect(await page.getByRole('dialog').textContent()).toContain(secret);
    await press('Done');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expectGone(secret);
    expect(named('nightly')).toBeDefined();
  });

  it('are revoked after a question that names them as the service does', async () => {
    await press('Revoke: nightly');
    await page.getByText('nightly was revoked.').waitFor();
    await row('nightly')
      .and(page.getByText(/^nightly(?!-2)/))
      .waitFor({ state: 'detached' });
    expect(scene.desktop.asked.map(({ details }) => details.find((line) => line.startsWith('Key: ')))).toEqual([
      expect.stringMatching(/^Key: nightly \(key-/),
    ]);
    expect(named('nightly')).toBeUndefined();
  });

  it('that have leaked are revoked by what was pasted, which is nowhere afterwards', async () => {
    const { secret } = quilt.addKey('leaked', 9);
    await go('#/accounts');
    await page.getByRole('link', { name: 'Revoke a leaked key…' }).click();
    const field = page.getByLabel('Key', { exact: true });
    expect(await field.getAttribute('type')).toBe('password');
    expect(await page.getByRole('button', { name: /Issued by/ }).textContent()).toContain(quilt.url);
    await field.fill(` ${secret} `);
    scene.desktop.agrees = false;
    await press('Revoke key');
    await page.getByText('You declined; nothing was changed.').waitFor();
    expect(named('leaked')).toBeDefined();
    scene.desktop.agrees = true;
    await press('Revoke key');
    await page.getByText(/^The key was revoked at quilt/i).waitFor();
    expect(named('leaked')).toBeUndefined();
    expect(JSON.stringify(scene.desktop.asked)).not.toContain(secret);
    await expectGone(secret);
  });

  it('that the service does not know are told so at the field', async () => {
    await page.getByLabel('Key', { exact: true }).fill('qk_nobody-has-this');
    await press('Revoke key');
    await page.locator('.field-problem').waitFor();
    expect(await page.locator('.field-problem').textContent()).toMatch(/Quilt/);
  });

  it('of Dataiku are revoked by their ID, in the list of the account', async () => {
    await page.getByRole('link', { name: /API keys of dataiku/i }).click();
    await row('personal').waitFor();
    expect(await row('personal').textContent()).toMatch(/30 d.*no end.*not known.*not known.*Active/);
    expect(await page.getByLabel('Days').count()).toBe(0);
    const log = JSON.stringify(scene.events);
    for (const { secret } of quilt.keys) expect(log).not.toContain(secret);
    expect({ errors: window.errors, violations: window.violations }).toEqual({ errors: [], violations: [] });
  });
});
