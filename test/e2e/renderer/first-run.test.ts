import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppScene, startAppScene } from '../../support/app-scene.ts';
import { startTestGitServer, type TestGitServer, tokenIn } from '../../support/git-server.ts';
import { type Keyring, startKeyring } from '../../support/keyring.ts';
import { runToEnd } from '../../support/processes.ts';
import { type Pages, PersonInChromium, startPages } from '../../support/renderer/window-scene.ts';
import { waitFor } from '../../support/wait-for.ts';

/** `npm run build` makes it. */
const bin = path.resolve(import.meta.dirname, '../../../out/bin');

describe('the first run, on a machine with a keychain', () => {
  let pages: Pages;
  let keyring: Keyring;
  let scene: AppScene;
  let person: PersonInChromium;
  let git: TestGitServer;

  beforeAll(async () => {
    [pages, keyring] = await Promise.all([startPages(), startKeyring()]);
    person = new PersonInChromium(pages.browser, 'ada');
    scene = await startAppScene(() => '', {}, { env: keyring.env, userAgent: person, bin });
    git = await startTestGitServer('basic', async (credential) => {
      const token = tokenIn(credential);
      return token !== undefined && (await scene.server.introspect(token)).active;
    });
  });
  afterAll(async () => {
    await scene?.close();
    await git?.close();
    await keyring?.stop();
    await pages?.close();
  });

  it('goes from nothing to a clone that works', async () => {
    const clone = await git.addRepository('api.git', { 'README.md': 'hello\n' });
    const { page, violations, errors, close } = await pages.open(scene);
    await page.getByRole('button', { name: 'Add your first account' }).click();

    await page.getByRole('row', { name: 'Any OpenID Connect server' }).click();
    await page.getByLabel('Server', { exact: true }).fill(scene.server.issuer);
    await page.getByText('The server answers.').waitFor();
    await page.getByLabel('Client ID').fill('keytray');
    await page.getByLabel('Name', { exact: true }).fill('lab@work');
    await page.getByLabel('Hosts for git').fill(new URL(git.url).host);
    scene.desktop.agrees = true;
    await page.getByRole('button', { name: 'Add and sign in' }).click();

    await page.getByText('You are signed in.').waitFor();
    expect(scene.desktop.asked.map(({ title }) => title)).toEqual(['Add the account lab@work?']);
    await waitFor('the last page of the sign-in', async () => person.lastPage !== '');
    expect(person.lastPage).toMatch(/^You are signed in to lab \(work\) as .*ada/i);
    await page.getByRole('button', { name: 'Next: set up git' }).click();

    await page
      .getByText(/helper = .*git-credential-keytray/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Set up git' }).click();
    await page.getByText(/^git asks Keytray for/).waitFor();
    await page.getByText(/^git clone http:/).waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('row', { name: /lab \(work\)/ }).waitFor();

    const work = path.join(scene.folder, 'work');
    await mkdir(work);
    const cloned = await runToEnd('git', ['clone', clone, work], { env: scene.env, cwd: scene.folder });
    expect(cloned).toMatchObject({ status: 0 });

    await page.getByRole('link', { name: 'Activity' }).click();
    await page.getByText(/took a token for 127\.0\.0\.1:\d+ over git/).waitFor();
    expect({ violations, errors }).toEqual({ violations: [], errors: [] });
    await close();
  });
});
