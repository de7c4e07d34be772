import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { chromium } from 'playwright-core';
import type { Keytray } from './keytray.ts';
import { waitFor } from './wait-for.ts';

/** Chromium as a person has it: a program that is given the address, on the display of Keytray's environment. */
export interface PersonBrowser {
  /** Waits for the window that Keytray opened, signs in there, and closes it. Resolves to what the last page says. */
  signIn(issuer: string, login: string): Promise<string>;
}

export async function installBrowser(keytray: Keytray): Promise<PersonBrowser> {
  const profile = path.join(keytray.folder, 'profile');
  const browser = path.join(keytray.folder, 'browser');
  // Root cannot have the sandbox.
  const flags = '--no-sandbox --disable-gpu --disable-background-networking --no-first-run --remote-debugging-port=0';
  await writeFile(browser, `#!/bin/sh\nexec chromium ${flags} --user-data-dir=${profile} "$1"\n`);
  await chmod(browser, 0o700);
  keytray.env.BROWSER = browser;
  return {
    signIn: async (issuer, login) => {
      const portFile = path.join(profile, 'DevToolsActivePort');
      await waitFor('Chromium', async () => (await readFile(portFile, 'utf8').catch(() => '')).includes('\n'));
      const [port] = (await readFile(portFile, 'utf8')).split('\n');
      const running = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
      const page = running.contexts()[0]?.pages()[0];
      if (page === undefined) throw new Error('Chromium shows no page');
      await page.locator('input[name="login"]').fill(login);
      for (let pages = 0; pages < 5 && new URL(page.url()).origin === new URL(issuer).origin; pages += 1) {
        const asked = page.url();
        await page.locator('button[type="submit"]').first().click();
        await page.waitForURL((now) => now.href !== asked);
      }
      const said = (await page.locator('body').textContent()) ?? '';
      // Over this connection `close` only lets go of it.
      await (await running.newBrowserCDPSession()).send('Browser.close');
      await waitFor('the end of Chromium', async () => !(await runsIn(keytray.folder)));
      return said;
    },
  };
}

/** Whether a browser of that home lives, or one of its children, which write there for a while after it. */
async function runsIn(home: string): Promise<boolean> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '');
    if (!command.includes('chromium')) continue;
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
    if (command.includes(home) || environment.includes(home)) return true;
  }
  return false;
}
