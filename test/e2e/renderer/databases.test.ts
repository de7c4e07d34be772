import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatDatabase, urlFormats } from '../../../core/services/database-formats.ts';
import { row } from '../../rows/row.ts';
import { type AppScene, startAppScene } from '../../support/app-scene.ts';
import { caller } from '../../support/broker.ts';
import { lakeAccount } from '../../support/lakebase-scene.ts';
import type { AppWindow } from '../../support/renderer/app-window.ts';
import { seriousProblems } from '../../support/renderer/axe.ts';
import { type Pages, startPages } from '../../support/renderer/window-scene.ts';
import { type Lakebase, startLakebase } from '../../support/vendors/databricks/lakebase.ts';

const account = 'databricks@work';

describe('the connection details of a database in the window', () => {
  let pages: Pages;
  let lakebase: Lakebase;
  let scene: AppScene;
  let window: AppWindow;
  let page: Page;

  beforeAll(async () => {
    [pages, lakebase] = await Promise.all([startPages(), startLakebase()]);
    scene = await startAppScene(() => {
      const { port } = lakebase.front;
      const targets = [`shop: { instance: shop, port: ${port} }`, `gone: { instance: gone, port: ${port} }`];
      return `accounts:\n${lakeAccount(lakebase, account, { targets, more: ['store: memory'] })}`;
    });
    window = await pages.open(scene);
    page = window.page;
  });
  afterAll(async () => {
    await window?.close();
    await scene?.close();
    await Promise.all([lakebase?.close(), pages?.close()]);
  });

  const fold = (name: string) => page.getByRole('button', { name: `Connection details of ${name}` });
  const asked = (): readonly string[] =>
    lakebase.workspace.requests.filter(({ path }) => path.startsWith('/api/')).map(({ path }) => path);
  const signIn = async (): Promise<void> => {
    const login = await scene.broker.startLogin(account, { user_agent: 'none' });
    const answer = await fetch(login.authorization_url ?? '', { redirect: 'manual' });
    await scene.broker.finishLogin(login.login_id, { redirect_url: answer.headers.get('location') ?? '' });
  };
  /** What is there to read beside a name. */
  const shown = async (name: string): Promise<string | null> =>
    await page
      .locator('.fact')
      .filter({ has: page.getByText(name, { exact: true }) })
      .locator('code')
      .textContent();

  it('wait for a sign-in, and ask nothing before it', async () => {
    await page.getByRole('row', { name: new RegExp(account) }).click();
    await fold('shop').click();
    await page.getByText('Sign in to see them').waitFor();
    expect(asked()).toEqual([]);
    expect(scene.notices.shown).toEqual([]);
  });

  it('are asked for when they are opened, without a password being made', async () => {
    row('L3');
    await fold('shop').click();
    await signIn();
    await page.getByText('Sign in to see them').waitFor({ state: 'detached' });
    expect(asked()).toEqual([]);
    await fold('shop').click();
    await page.getByRole('button', { name: 'Copy host' }).waitFor();
    expect([...asked()].sort()).toEqual(['/api/2.0/database/instances/shop', '/api/2.0/preview/scim/v2/Me']);
    expect(lakebase.workspace.lakebase.passwords).toEqual([]);

    const { front, authority, workspace } = lakebase;
    const texts = ['host', 'port', 'database', 'user', 'sslmode', 'sslrootcert'].map(shown);
    expect(await Promise.all(texts)).toEqual([
      'localhost',
      String(front.port),
      'databricks_postgres',
      workspace.people.person.userName,
      'verify-full',
      authority.file,
    ]);
  });

  it('have a button for each fact and each format, which copies what keytray pg url prints', async () => {
    row('L5');
    const place = {
      host: 'localhost',
      port: lakebase.front.port,
      database: 'databricks_postgres',
      user: 'kim@example.com',
      sslmode: 'verify-full',
      authorities: lakebase.authority.file,
    };
    const written = urlFormats.map((format) => formatDatabase(format, place, `${account}/shop`));
    const facts = [place.host, String(place.port), place.database, place.user, place.sslmode, place.authorities];
    const buttons = page.locator('.connection').getByRole('button', { name: /^Copy / });
    expect(await buttons.count()).toBe(facts.length + written.length);
    for (const name of ['host', 'port', 'database', 'user', 'sslmode', 'sslrootcert']) {
      await page.getByRole('button', { name: `Copy ${name}`, exact: true }).click();
    }
    for (const name of [
      'URI',
      'JDBC',
      'psql',
      'SQLAlchemy',
      'asyncpg',
      'DSN',
      'Environment variables',
      'Service file',
    ]) {
      await page.getByRole('button', { name: `Copy ${name}`, exact: true }).click();
    }
    await expect.poll(() => scene.desktop.copied.length).toBe(facts.length + written.length);
    expect(scene.desktop.copied).toEqual([...facts, ...written].map((text) => ({ text })));
  });

  it('have no password and no token among them, when a program has been given some', async () => {
    await scene.broker.credentials(account, { kind: 'postgres', target: 'shop' }, caller);
    const secrets = [...lakebase.workspace.oidc.accessTokens, ...lakebase.workspace.lakebase.passwords];
    expect(secrets.length).toBeGreaterThanOrEqual(2);
    const seen = [await page.content(), JSON.stringify([scene.desktop.copied, scene.events])].join('\n');
    for (const secret of secrets) expect(seen).not.toContain(secret);
  });

  it('say what the service says where it has no such database, and ask again', async () => {
    await fold('gone').click();
    await page.getByText('The workspace has no database gone.').waitFor();
    lakebase.workspace.lakebase.instances.push({
      name: 'gone',
      host: 'localhost',
      state: 'AVAILABLE',
      nativeLogin: false,
    });
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('button', { name: 'Copy host', exact: true }).waitFor();
  });

  it.each([960, 320])('fit a window of %i pixels, and have nothing that axe calls serious', async (width) => {
    expect({ errors: window.errors, violations: window.violations }).toEqual({ errors: [], violations: [] });
    // Axe itself is a script from outside, so this window alone has no content security policy.
    const other = await pages.open(scene, { bypassCSP: true, viewport: { width, height: 640 } });
    await other.page.getByRole('row', { name: new RegExp(account) }).click();
    await other.page.getByRole('button', { name: 'Connection details of shop' }).click();
    await other.page.getByRole('button', { name: 'Copy host' }).waitFor();
    expect(await other.page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(await seriousProblems(other.page)).toEqual([]);
    await other.close();
  });
});
