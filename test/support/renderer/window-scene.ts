import path from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { KeytrayError } from '../../../core/errors.ts';
import type { UserAgent } from '../../../core/ports.ts';
import { signInWithForms } from '../../../demo/built-in-user-agent.ts';
import type { AppScene } from '../app-scene.ts';
import { borrowChromium } from '../chromium.ts';
import { repository } from '../keytray.ts';
import { type AppWindow, openAppWindow } from './app-window.ts';
import { servePages } from './page-server.ts';

/** The pages of out/, served, and a Chromium to show them in. */
export interface Pages {
  readonly browser: Browser;
  readonly url: string;
  /** A window on the scene's broker. */
  open(scene: AppScene, options?: BrowserContextOptions): Promise<AppWindow>;
  close(): Promise<void>;
}

export async function startPages(): Promise<Pages> {
  const server = await servePages(path.join(repository, 'out/app/renderer'));
  const { browser, giveBack } = await borrowChromium();
  return {
    browser,
    url: server.url,
    open: ({ running }, options) =>
      openAppWindow(browser, server.url, { api: running.api, subscribe: running.listen }, options),
    async close() {
      await Promise.all(browser.contexts().map((context) => context.close()));
      giveBack();
      await server.close();
    },
  };
}

/** The person's browser: the sign-in pages are filled in as whoever they are just now, or left alone. */
export class Person implements UserAgent {
  login: string | undefined;
  /** False: no browser opens. */
  display = true;
  readonly opened: URL[] = [];

  constructor(login: string | undefined) {
    this.login = login;
  }

  async open(url: URL): Promise<void> {
    if (!this.display) throw new KeytrayError('temporarily_unavailable', 'there is no display');
    this.opened.push(url);
    const { login } = this;
    // How it ended is what the window says.
    if (login !== undefined) void signInWithForms(url, { login }).catch(() => undefined);
  }
}

/** The person's browser as a page of a real Chromium. */
export class PersonInChromium implements UserAgent {
  readonly #browser: Browser;
  readonly #login: string;
  /** What the last page said. */
  lastPage = '';

  constructor(browser: Browser, login: string) {
    this.#browser = browser;
    this.#login = login;
  }

  async open(url: URL): Promise<void> {
    void this.#signIn(url).catch((error: unknown) => {
      this.lastPage = String(error);
    });
  }

  async #signIn(url: URL): Promise<void> {
    const context = await this.#browser.newContext();
    const page = await context.newPage();
    await page.goto(url.href);
    await page.getByLabel('User name').fill(this.#login);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL((at) => at.port === url.port);
    this.lastPage = (await page.locator('h1').textContent()) ?? '';
    await context.close();
  }
}
