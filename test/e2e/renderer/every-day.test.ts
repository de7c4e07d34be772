import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../core/secret.ts';
import { type AppScene, startAppScene } from '../../support/app-scene.ts';
import type { AppWindow } from '../../support/renderer/app-window.ts';
import { type Pages, Person, startPages } from '../../support/renderer/window-scene.ts';
import { labConfig } from '../../support/sign-in.ts';
import { waitFor } from '../../support/wait-for.ts';

describe('a window on the real broker', () => {
  let pages: Pages;
  let scene: AppScene;
  let window: AppWindow;
  let page: Page;
  const person = new Person('ada');

  const openDetails = async (): Promise<void> => {
    await page.getByRole('link', { name: 'Accounts' }).first().click();
    await page.getByRole('row', { name: /^lab, lab,/ }).click();
    await page.getByRole('heading', { name: 'lab', level: 1 }).waitFor();
  };
  const choose = async (entry: string): Promise<void> => {
    await page.getByRole('button', { name: 'More for lab' }).click();
    await page.getByRole('menuitem', { name: entry }).click();
  };

  beforeAll(async () => {
    pages = await startPages();
    scene = await startAppScene(
      (issuer) => labConfig({ issuer, git: ['git.lab.example'], more: '    environment: prod\n' }),
      {},
      { userAgent: person },
    );
    window = await pages.open(scene);
    page = window.page;
  });
  afterAll(async () => {
    await window?.close();
    await scene?.close();
    await pages?.close();
  });
  beforeEach(() => {
    person.login = 'ada';
    scene.desktop.agrees = true;
  });

  it('signs in from the row, with one click', async () => {
    await page.getByRole('button', { name: 'Sign in: lab' }).click();
    await page.getByRole('row', { name: 'lab, lab, Signed in' }).waitFor();
    await page.getByText('lab · ada').waitFor();
    await page.getByText('1 signed in').waitFor();
    expect(person.opened[0]?.href).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/start\/[\w-]+$/);
  });

  it('copies the token without ever seeing it', async () => {
    await page.getByRole('button', { name: 'Copy token: lab' }).click();
    await page.getByText('Copied, for 30 s').waitFor();
    const [copied] = scene.desktop.copied;
    if (!(copied?.text instanceof Secret)) throw new Error('no secret was copied');
    expect(copied.clearAfter).toBe(30);
    const token = copied.text.reveal();
    expect((await scene.server.introspect(token)).active).toBe(true);
    expect(await page.content()).not.toContain(token);
    expect(JSON.stringify(scene.events)).not.toContain(token);
  });

  it('shows details, and renews the token by hand', async () => {
    await openDetails();
    await page.getByText('Technical details').click();
    await page.getByText(`${scene.server.issuer}`, { exact: true }).waitFor();
    const before = scene.server.requests.refresh_token;
    await choose('Refresh now');
    await page.getByText('The token was renewed.').waitFor();
    expect(scene.server.requests.refresh_token).toBe(before + 1);
  });

  it('shows that a client secret is stored, and removes it', async () => {
    await scene.api.setClientSecret({ account: 'lab', clientSecret: 'not-its-secret' });
    const card = page.getByRole('region', { name: 'Client secret' });
    await card.getByText('stored', { exact: true }).waitFor();
    await card.getByRole('button', { name: 'Remove' }).click();
    await card.waitFor({ state: 'detached' });
    expect((await scene.api.status(undefined)).accounts[0]?.client_secret).toBe('none');
  });

  it('edits the hosts of a tool, in the file', async () => {
    await page.getByRole('button', { name: 'Edit hosts of git' }).click();
    await page.getByLabel('Hosts for git').fill('git.lab.example\nhttps://git.acme.example/');
    const before = await scene.config.read();
    scene.desktop.agrees = false;
    await page.getByRole('button', { name: 'Save hosts' }).click();
    await page.getByText('You declined; nothing was changed.').waitFor();
    expect(await scene.config.read()).toBe(before);
    scene.desktop.agrees = true;
    await page.getByRole('button', { name: 'Save hosts' }).click();
    await page.getByText('git.acme.example', { exact: true }).waitFor();
    expect(scene.desktop.asked.at(-1)?.details).toContain('New: git.acme.example');
    expect(await scene.config.read()).toMatch(/git\.lab\.example[\s\S]*git\.acme\.example/);
  });

  it('says why a sign-in as another person did not count, and takes them when told to', async () => {
    person.login = 'bob';
    await choose('Renew the sign-in');
    const failure = page.getByRole('alert').filter({ hasText: 'The sign-in did not work:' });
    await failure.waitFor();
    expect((await scene.api.status(undefined)).accounts[0]?.subject?.name).toBe('ada');
    await page.getByRole('button', { name: 'Sign in as this person' }).click();
    await page.getByText('lab · bob').waitFor();
    expect(await failure.count()).toBe(0);
  });

  it('switches back to another person from the menu', async () => {
    await choose('Sign in as someone else…');
    await page.getByText('lab · ada').waitFor();
  });

  it('cancels a sign-in nobody finishes, and takes one that is pasted', async () => {
    person.login = undefined;
    await choose('Renew the sign-in');
    await page.getByText('Waiting for you to sign in in your browser.').waitFor();
    await page.getByText('The browser is on another machine').click();
    await page.getByLabel('Address your browser ended at').fill('http://127.0.0.1/callback?code=x&state=y');
    await page.getByRole('button', { name: 'Finish sign-in' }).click();
    await page.locator('.field-problem').waitFor();
    await page.getByRole('button', { name: 'Cancel sign-in' }).click();
    await page.getByText('Waiting for you to sign in in your browser.').waitFor({ state: 'detached' });
    expect((await scene.api.status(undefined)).logins).toEqual([]);
  });

  it('says that the session has ended, and signs in again with one click', async () => {
    scene.server.faults.outage = {
      status: 400,
      body: '{"error":"invalid_grant"}',
      headers: { 'content-type': 'application/json' },
    };
    await choose('Refresh now');
    await page.getByText('Sign-in needed soon').waitFor();
    // The server is asked twice before its word is final; the button waits for that.
    await page.getByRole('button', { name: 'Sign in: lab', disabled: false }).waitFor();
    scene.server.faults.outage = undefined;
    await page.getByRole('button', { name: 'Sign in: lab' }).click();
    await page.getByText('Signed in', { exact: true }).waitFor();
    expect((await scene.api.status(undefined)).accounts[0]?.state).toBe('active');
  });

  it('signs out at the server, after asking', async () => {
    const token = await scene.broker.tokens.forPerson('lab');
    await choose('Sign out…');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('Signed out', { exact: true }).waitFor();
    expect(await scene.server.isRevoked(token.reveal())).toBe(true);
  });

  it('adds a second account, checks its server while one types, and removes it again', async () => {
    await page.getByRole('link', { name: 'Accounts' }).first().click();
    await page.getByRole('button', { name: 'Add account' }).click();
    await page.getByLabel('Search services').fill('open');
    await page.getByRole('row', { name: 'Any OpenID Connect server' }).click();
    await page.getByRole('button', { name: 'Add and sign in' }).click();
    await page.getByText('Write the address of the server.').waitFor();
    await page.getByLabel('Server', { exact: true }).fill('http://127.0.0.1:9/');
    await page
      .getByRole('status')
      .filter({ hasText: /reach|answer|refused|connect/i })
      .waitFor();
    await page.getByLabel('Server', { exact: true }).fill(scene.server.issuer);
    await page.getByText('The server answers.').waitFor();
    await page.getByText('/callback/127.0.0.1-').waitFor();
    await page.getByRole('button', { name: 'Copy redirect URI' }).click();
    await waitFor('the copied address', async () =>
      scene.desktop.copied.some(
        ({ text }) =>
          typeof text === 'string' && /^http:\/\/127\.0\.0\.1\/callback\/127\.0\.0\.1-[0-9a-f]{8}$/.test(text),
      ),
    );
    await page.getByLabel('Client ID').fill('keytray');
    await page.getByLabel('Name', { exact: true }).fill('shop');
    await page.getByText('More', { exact: true }).click();
    await page.getByRole('button', { name: /Keep its tokens in/ }).click();
    await page.getByRole('option', { name: 'Memory only' }).click();
    await page.getByRole('button', { name: 'Add and sign in' }).click();
    await page.getByText('You are signed in to shop as ada.').waitFor();
    await page.getByText('keytray token shop').waitFor();
    await page.getByRole('button', { name: 'Show the account' }).click();
    await page.getByRole('button', { name: 'More for shop' }).click();
    await page.getByRole('menuitem', { name: 'Remove account…' }).click();
    await page.getByRole('button', { name: 'Remove account' }).click();
    await page.getByRole('row', { name: /^lab, lab,/ }).waitFor();
    expect(await scene.config.read()).not.toContain('shop');
  });

  it('keeps settings in the file, and the passphrase nowhere', async () => {
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByText('Start Keytray when you log in').click();
    await waitFor('start at login', async () => scene.desktop.on);
    await page.getByRole('button', { name: /Remind me/ }).click();
    await page.getByRole('option', { name: 'Every 4 hours' }).click();
    await waitFor('the reminder', async () => (await scene.config.read()).includes('reminder: 240'));
    await page.getByLabel('Browser', { exact: true }).fill('firefox -P work');
    await page.getByRole('button', { name: 'Save browser' }).click();
    await waitFor('the browser', async () => (await scene.config.read()).includes('firefox -P work'));
    expect(scene.desktop.asked.at(-1)?.details).toContain('New: "firefox" "-P" "work"');
    await page.getByText('Make an encrypted file').click();
    await page.getByLabel('Passphrase', { exact: true }).fill('correct horse battery');
    await page.getByLabel('Passphrase again').fill('correct horse battery');
    await page.getByRole('button', { name: 'Make the file' }).click();
    await page.getByText('The encrypted file is unlocked.').waitFor();
    await page.getByRole('button', { name: /Keep its tokens in/ }).click();
    await page.getByRole('option', { name: 'Encrypted file' }).click();
    await waitFor('the store', async () => (await scene.config.read()).includes('store: encrypted-file'));
    await page.getByRole('button', { name: 'Lock it' }).click();
    await page.getByText('The encrypted file is locked.').waitFor();
    expect(await page.content()).not.toContain('correct horse');
  });

  it('tells in Activity what happened, in sentences', async () => {
    await page.getByRole('link', { name: 'Activity' }).click();
    await page.getByText('Signed in as bob.').waitFor();
    await page.getByText('lab Signed out.').waitFor();
    await page.getByLabel('Search activity').fill('renewed');
    await page.getByText('Signed in as bob.').waitFor({ state: 'detached' });
  });

  it('met no content security policy violation and no error on the way', () => {
    expect({ violations: window.violations, errors: window.errors }).toEqual({ violations: [], errors: [] });
  });
});
