import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Root cannot have the sandbox, and the only pages opened are those of the test's own server. */
const harmless = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'];

const launch = (home: string) => ({
  executablePath: '/usr/bin/chromium',
  headless: true,
  env: { ...process.env, HOME: home },
});

interface Running {
  readonly browser: Promise<Browser>;
  readonly home: Promise<string>;
  users: number;
  idle: NodeJS.Timeout | undefined;
}

/** By their arguments: to start one takes more CPU time than most of what is done in it. */
const running = new Map<string, Running>();
/** Milliseconds after which one that nobody uses is closed. */
const kept = 5_000;

/** A Chromium that is shared with other tests of this process: whoever uses it makes contexts of their own in it. */
export async function borrowChromium(
  args: readonly string[] = [],
): Promise<{ readonly browser: Browser; giveBack(): void }> {
  const key = args.join('\n');
  const used = running.get(key) ?? startShared(args);
  running.set(key, used);
  clearTimeout(used.idle);
  used.users += 1;
  const close = async (): Promise<void> => {
    running.delete(key);
    await (await used.browser).close();
    await rm(await used.home, { recursive: true, force: true });
  };
  return {
    browser: await used.browser,
    giveBack() {
      used.users -= 1;
      if (used.users === 0) used.idle = setTimeout(() => void close().catch(() => undefined), kept);
    },
  };
}

function startShared(args: readonly string[]): Running {
  const home = mkdtemp(path.join(tmpdir(), 'keytray-browser-'));
  const browser = home.then((folder) => chromium.launch({ ...launch(folder), args: [...harmless, ...args] }));
  return { browser, home, users: 0, idle: undefined };
}

/** A person's Chromium with a profile of its own, for as long as `work` takes. */
export async function withChromium<T>(work: (page: Page) => Promise<T>, args: readonly string[] = []): Promise<T> {
  const { browser, giveBack } = await borrowChromium(args);
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    return await work(page);
  } finally {
    await context.close();
    giveBack();
  }
}

/** A Chromium that keeps no cookies of that host, as its settings let a person choose. */
export async function withoutCookiesOf<T>(host: string, work: (page: Page) => Promise<T>): Promise<T> {
  const home = await mkdtemp(path.join(tmpdir(), 'keytray-browser-'));
  const profile = path.join(home, 'Default');
  await mkdir(profile);
  const blocked = { [`${host},*`]: { setting: 2 } };
  const preferences = { profile: { content_settings: { exceptions: { cookies: blocked } } } };
  await writeFile(path.join(profile, 'Preferences'), JSON.stringify(preferences));
  const context = await chromium.launchPersistentContext(home, { ...launch(home), args: [...harmless] });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    return await work(page);
  } finally {
    await context.close();
    await rm(home, { recursive: true, force: true });
  }
}

/** Presses the button of that name and waits for the page that follows. */
export async function press(page: Page, name: string): Promise<void> {
  const button = page.getByRole('button', { name });
  await button.waitFor();
  const pressed = await button.elementHandle();
  await button.click();
  await pressed?.waitForElementState('hidden').catch(() => undefined);
  await page.waitForLoadState('load').catch(() => undefined);
}

/** What the address bar shows, also above the page that says that nothing could be loaded. */
export async function addressBar(page: Page): Promise<URL> {
  const session = await page.context().newCDPSession(page);
  const { currentIndex, entries } = await session.send('Page.getNavigationHistory');
  return new URL(entries[currentIndex]?.url ?? '');
}
