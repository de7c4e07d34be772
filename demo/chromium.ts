import type { CleanUp } from './clean-up.ts';

/** More pages than a sign-in has: what is still asking after them goes round in circles. */
const mostPages = 8;

/** Follows the sign-in pages in a real, headless Chromium until the broker's own page says that it is over. */
export async function signInWithChromium(
  executablePath: string,
  url: URL,
  person: { readonly login: string; readonly home: string },
  cleanUp: CleanUp,
): Promise<void> {
  // Loaded here, as it is big and the other user agents do without.
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({
    executablePath,
    headless: true,
    // Root cannot have the sandbox, and the only pages opened are those of this very demo.
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'],
    env: { ...process.env, HOME: person.home },
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  cleanUp.defer(() => browser.close());
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(url.href);
    for (let pages = 0; new URL(page.url()).origin === url.origin; pages += 1) {
      if (pages === mostPages) throw new Error(`the sign-in pages do not end; the last one is ${page.url()}`);
      const name = page.locator('input[name="login"]');
      if ((await name.count()) > 0) await name.fill(person.login);
      const asked = page.url();
      await page.locator('button[type="submit"], input[type="submit"]').first().click();
      await page.waitForURL((now) => now.href !== asked);
      await page.waitForLoadState('load');
    }
    const said = await page.locator('body').textContent();
    if (!said?.includes('You are signed in')) throw new Error(`the last page says: ${said?.trim()}`);
  } finally {
    await browser.close();
  }
}
