import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppScene, startAppScene } from '../../support/app-scene.ts';
import type { AppWindow } from '../../support/renderer/app-window.ts';
import { type Pages, Person, startPages } from '../../support/renderer/window-scene.ts';

const secret = 'the-client-secret-of-the-lab';

describe('a sign-in that fails in the window', () => {
  let pages: Pages;
  let scene: AppScene;
  let window: AppWindow;
  let page: Page;
  const person = new Person('ada');

  beforeAll(async () => {
    pages = await startPages();
    scene = await startAppScene(
      (issuer) => `accounts:
  lab: { service: oidc, issuer: '${issuer}', client_id: confidential, store: memory }
`,
      { clients: [{ clientId: 'confidential', clientSecret: secret }] },
      { userAgent: person },
    );
    window = await pages.open(scene);
    page = window.page;
    await page.getByRole('row', { name: /^lab, lab,/ }).click();
  });
  afterAll(async () => {
    await window?.close();
    await scene?.close();
    await pages?.close();
  });

  const failure = () => page.getByRole('alert').filter({ hasText: 'The sign-in did not work:' });
  const storeSecret = async (value: string): Promise<void> => {
    await failure().getByRole('button', { name: 'Store the client secret…' }).click();
    await page.getByLabel('Client secret', { exact: true }).fill(value);
    await page.getByRole('button', { name: 'Save' }).click();
  };
  const choose = async (item: string): Promise<void> => {
    await page.getByRole('button', { name: 'More for lab' }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };

  it('says what happened and what to do, with the words of the protocol under a fold', async () => {
    await page.getByRole('button', { name: 'Sign in: lab' }).click();
    await failure()
      .getByText(/does not accept this client: its ID or secret is wrong\.$/)
      .waitFor();
    await failure().getByText('Check the client ID; if the client has a secret, store it.').waitFor();
    expect(await failure().getByText('invalid_client').isVisible()).toBe(false);
    await failure().getByRole('button', { name: 'Details' }).click();
    await failure().getByText('invalid_client').waitFor();
    expect(await failure().textContent()).not.toMatch(/keytray [a-z]/);
  });

  it('for a wrong client secret is mended there: another is stored, or it is removed, and the sign-in goes on', async () => {
    await storeSecret('not-its-secret');
    await failure().getByText('Store the right client secret, or remove the stored one.').waitFor();
    await failure().getByRole('button', { name: 'Remove the stored secret' }).click();
    await failure().getByText('Check the client ID; if the client has a secret, store it.').waitFor();
    expect((await scene.api.status(undefined)).accounts[0]?.client_secret).toBe('none');
    await storeSecret(secret);
    await page.getByText('lab · ada').waitFor();
    expect(await failure().count()).toBe(0);
  });

  it('as another person is taken with one button, or done again as the first', async () => {
    person.login = 'bob';
    await choose('Renew the sign-in');
    await failure()
      .getByText(/bob.*signed in, but this account belongs to ada/)
      .waitFor();
    await failure().getByText('Sign in as the expected person, or accept this one.').waitFor();
    person.login = 'ada';
    await failure().getByRole('button', { name: 'Sign in again' }).click();
    await failure().waitFor({ state: 'detached' });
    await page.getByText('lab · ada').waitFor();
    person.login = 'bob';
    await choose('Renew the sign-in');
    await failure().getByRole('button', { name: 'Sign in as this person' }).click();
    await page.getByText('lab · bob').waitFor();
  });

  it('met no content security policy violation and no error on the way', () => {
    expect({ violations: window.violations, errors: window.errors }).toEqual({ violations: [], errors: [] });
  });
});
