import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppScene, startAppScene } from '../../support/app-scene.ts';
import { type Pages, startPages } from '../../support/renderer/window-scene.ts';

const count = 500;
const mostMounted = 60;

function manyAccounts(issuer: string): string {
  const account = (_: unknown, index: number): string =>
    `  lab@${String(index).padStart(3, '0')}:
    service: oidc
    issuer: ${issuer}
    client_id: keytray
    store: memory
    environment: ${index % 2 === 0 ? 'prod' : 'dev'}
`;
  return `accounts:\n${Array.from({ length: count }, account).join('')}`;
}

describe(`a window with ${count} accounts`, () => {
  let pages: Pages;
  let scene: AppScene;

  beforeAll(async () => {
    [pages, scene] = await Promise.all([startPages(), startAppScene(manyAccounts)]);
  });
  afterAll(async () => {
    await scene?.close();
    await pages?.close();
  });

  it('mounts only those in sight, from the first to the last, and finds any by typing', async () => {
    const { page, errors, close } = await pages.open(scene, { viewport: { width: 960, height: 1_400 } });
    await page.getByRole('row', { name: /lab@000/ }).waitFor();
    const rows = page.getByRole('row');
    const mounted = [await rows.count()];
    // Told to screen readers, whatever is mounted.
    expect(await page.getByRole('grid', { name: 'Accounts' }).getAttribute('aria-rowcount')).toBe(String(count));

    const list = page.getByRole('grid', { name: 'Accounts' });
    await page.getByRole('row', { name: /lab@000/ }).focus();
    await page.keyboard.press('End');
    await page.getByRole('row', { name: /lab@499/ }).waitFor();
    mounted.push(await rows.count());
    expect(await page.evaluate("document.activeElement?.getAttribute('data-key')")).toBe('lab@499');

    await page.getByLabel('Search accounts').fill('lab@250');
    await page.getByRole('row', { name: /lab@250/ }).waitFor();
    expect(await rows.count()).toBe(1);
    await page.getByLabel('Search accounts').fill('');
    await page.getByRole('button', { name: /Environment/ }).click();
    await page.getByRole('option', { name: 'prod' }).click();
    await page.getByRole('row', { name: /lab@000/ }).waitFor();
    expect(await list.getAttribute('aria-rowcount')).toBe(String(count / 2));
    mounted.push(await rows.count());

    expect(Math.min(...mounted)).toBeGreaterThan(5);
    expect(Math.max(...mounted)).toBeLessThanOrEqual(mostMounted);
    expect(errors).toEqual([]);
    await close();
  });
});
