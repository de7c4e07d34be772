import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followForms } from '../../../demo/built-in-user-agent.ts';
import { type AppScene, startAppScene } from '../../support/app-scene.ts';
import type { AppWindow } from '../../support/renderer/app-window.ts';
import { type Pages, Person, startPages } from '../../support/renderer/window-scene.ts';
import { labConfig } from '../../support/sign-in.ts';

describe('a window, beside the usual', () => {
  let pages: Pages;
  let scene: AppScene;
  let window: AppWindow;
  let page: Page;
  const person = new Person(undefined);

  beforeAll(async () => {
    pages = await startPages();
    scene = await startAppScene(
      (issuer) => `${labConfig({ issuer, git: ['git.lab.example'] })}  vault:
    service: oidc
    issuer: ${issuer}
    client_id: keytray
    store: encrypted-file
`,
      { deviceFlow: { interval: 1 } },
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

  it('signs in with a code that is entered elsewhere', async () => {
    await page.getByRole('row', { name: /^lab, lab,/ }).click();
    await page.getByRole('button', { name: 'More for lab' }).click();
    await page.getByRole('menuitem', { name: 'Sign in with a code' }).click();
    const code = (await page.locator('.device-code').textContent()) ?? '';
    expect(code).toMatch(/^[A-Z]{4}-[A-Z]{4}$/);
    await page.getByRole('button', { name: 'Open it here' }).click();
    await expect.poll(() => scene.desktop.opened.length).toBe(1);
    await followForms(scene.desktop.opened[0] ?? '', { login: 'ada', userCode: code });
    await page.getByText('Signed in', { exact: true }).waitFor();
    await page.getByText('lab · ada').waitFor();
  });

  it('asks before it takes the sign-in of another browser, and stays as it was on a no', async () => {
    await page.getByRole('button', { name: 'More for lab' }).click();
    await page.getByRole('menuitem', { name: 'Sign in as someone else…' }).click();
    await expect.poll(() => person.opened.length).toBe(1);
    const begun = await followForms(person.opened[0] ?? '', { login: '', stopAt: () => true });
    expect((await followForms(begun.url, { login: 'bob' })).status).toBe(409);
    const question = page.getByRole('alert').filter({ hasText: 'Was that you?' });
    await question.getByText('bob', { exact: true }).waitFor();
    await question.getByRole('button', { name: 'Yes, sign in as bob' }).waitFor();
    await question.getByRole('button', { name: 'No, do not take it' }).click();
    await question.waitFor({ state: 'detached' });
    expect((await scene.api.status(undefined)).accounts[0]?.subject?.name).toBe('ada');
    await page.getByText('Waiting for you to sign in in your browser.').waitFor();
  });

  it('takes the address a browser elsewhere ended at', async () => {
    await page.getByText('The browser is on another machine').click();
    await page.getByRole('button', { name: 'Show the address to open there' }).click();
    const shown = page.locator('form p code');
    const address = new URL((await shown.textContent()) ?? '');
    // That machine's browser finds nobody at the end, which is what the person pastes.
    const redirect = new URL(address.searchParams.get('redirect_uri') ?? '');
    const end = await endOf(address, redirect);
    await page.getByLabel('Address your browser ended at').fill(end);
    await page.getByRole('button', { name: 'Finish sign-in' }).click();
    await page.getByText('lab · bob').waitFor();
  });

  it('says that no browser can be opened here, and offers the code and the paste', async () => {
    person.display = false;
    await page.getByRole('button', { name: 'More for lab' }).click();
    await page.getByRole('menuitem', { name: 'Renew the sign-in' }).click();
    await page.getByText('No browser can be opened here: there is no display.').waitFor();
    await page.getByLabel('Address your browser ended at').waitFor();
    await page.getByRole('button', { name: 'Sign in with a code' }).click();
    await page.locator('.device-code').waitFor();
    await page.getByRole('button', { name: 'Cancel sign-in' }).click();
    await page.locator('.device-code').waitFor({ state: 'detached' });
    person.display = true;
  });

  it('unlocks what is in the encrypted file where that is what keeps an account waiting', async () => {
    await page.getByRole('link', { name: 'Accounts' }).first().click();
    await page.getByText(/1 needs you/).waitFor();
    await page.getByRole('button', { name: 'Unlock…: vault' }).click();
    await page.getByText('Make an encrypted file').click();
    await page.getByLabel('Passphrase', { exact: true }).fill('correct horse battery');
    await page.getByLabel('Passphrase again').fill('something else');
    await page.getByText('The two differ.').waitFor();
    await page.getByLabel('Passphrase again').fill('correct horse battery');
    await page.getByRole('button', { name: 'Make the file' }).click();
    await page.getByText('The encrypted file is unlocked.').waitFor();
    await page.getByRole('link', { name: 'Accounts' }).first().click();
    await page.getByRole('row', { name: 'vault, vault, Signed out' }).waitFor();
  });

  it('sets a tool up and takes it back, each time after showing what is written', async () => {
    const file = path.join(scene.folder, 'home', '.gitconfig');
    await page.getByRole('link', { name: 'Tools' }).click();
    await page.getByRole('button', { name: 'Set up… git' }).click();
    const changes = page.getByRole('region', { name: /^Changes to / });
    await changes.getByText(/^\+\[credential "https:\/\/git\.lab\.example"\]/).waitFor();
    await expect(readFile(file, 'utf8')).rejects.toThrow('ENOENT');
    await page.getByRole('button', { name: 'Set up', exact: true }).click();
    await page.getByRole('button', { name: 'Undo… git' }).click();
    expect(await readFile(file, 'utf8')).toContain('git.lab.example');
    await changes.getByText(/^-\[credential/).waitFor();
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await page.getByRole('button', { name: 'Set up… git' }).waitFor();
    await expect(readFile(file, 'utf8')).rejects.toThrow('ENOENT');
  });

  it('says on every page that tools get nothing while hand-outs are paused', async () => {
    scene.broker.gate.pause(900_000);
    await page.getByText(/Hand-outs are paused.*they go on in 1[45] min/).waitFor();
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByText(/Hand-outs are paused/).waitFor();
    await scene.broker.gate.open();
    await page.getByText(/Hand-outs are paused/).waitFor({ state: 'detached' });
  });

  it('met no content security policy violation and no error on the way', () => {
    expect({ violations: window.violations, errors: window.errors }).toEqual({ violations: [], errors: [] });
  });
});

/** Signs in as bob up to the redirect, and stops there. */
async function endOf(address: URL, redirect: URL): Promise<string> {
  const jar = new Map<string, string>();
  let at = address;
  let body: URLSearchParams | undefined;
  for (let step = 0; step < 15; step += 1) {
    const response = await fetch(at, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      redirect: 'manual',
      ...(body === undefined ? {} : { body }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split('=');
      jar.set(name, value);
    }
    const location = response.headers.get('location');
    if (location !== null) {
      at = new URL(location, at);
      body = undefined;
      if (at.origin === redirect.origin) return at.href;
      continue;
    }
    const html = await response.text();
    const action = /action="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    at = new URL(action, at);
    body = html.includes('name="login"')
      ? new URLSearchParams({ login: 'bob', step: 'sign-in' })
      : new URLSearchParams({ step: 'allow' });
  }
  throw new Error('the sign-in never came to its end');
}
