import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../support/authorization-server.ts';
import { withChromium } from '../../support/chromium.ts';
import { createKeytray, type Keytray } from '../../support/keytray.ts';
import { labConfig, signIn } from '../../support/sign-in.ts';

const devWeb = path.resolve(import.meta.dirname, '../../../build/dev-web.ts');

/** A request as no browser would send it. */
async function knock(url: URL, headers: Readonly<Record<string, string>>, name = 'status'): Promise<number> {
  const sent = request({ host: '127.0.0.1', port: url.port, method: 'POST', path: `/keytray-dev/${name}`, headers });
  sent.end();
  const [response] = await once(sent, 'response');
  response.resume();
  return response.statusCode;
}

describe('npm run dev:web', () => {
  let server: RunningAuthorizationServer;
  let keytray: Keytray;
  let child: ChildProcess;
  let address: URL;

  beforeAll(async () => {
    server = await startAuthorizationServer();
    keytray = await createKeytray();
    await keytray.configure(labConfig({ issuer: server.issuer, git: ['git.lab.example'] }));
    child = spawn(process.execPath, [devWeb], { env: keytray.env, stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    while (!said.includes('#token=')) {
      if (child.stdout === null || child.exitCode !== null) throw new Error(`dev:web ended: ${said}`);
      const [part] = await once(child.stdout, 'data');
      said += String(part);
    }
    address = new URL(said.slice(said.indexOf('http')).trim());
  });
  afterAll(async () => {
    if (child?.exitCode === null) {
      child.kill();
      await once(child, 'exit');
    }
    await keytray?.close();
    await server?.close();
  });

  it('shows the pages with the real broker behind them, to one browser', async () => {
    await withChromium(async (page) => {
      await page.goto(address.href);
      await page.getByRole('row', { name: /^lab, lab, Signed out/ }).waitFor();
      // The token is spent and out of sight.
      expect(page.url()).not.toContain('token');
      await signIn(keytray, 'lab');
      await page.getByRole('row', { name: /^lab, lab, Signed in/ }).waitFor();
      await page.reload();
      await page.getByRole('row', { name: /^lab, lab, Signed in/ }).waitFor();
      await page.getByRole('button', { name: 'Copy token: lab' }).click();
      await page.getByText('Only the desktop app can do this').waitFor();

      const other = await page.context().browser()?.newPage();
      if (other === undefined) throw new Error('there is no browser');
      await other.goto(address.href);
      await other.getByText('Asking Keytray…').waitFor();
      expect(await other.getByRole('row').count()).toBe(0);
    });
  });

  it('refuses other hosts, other origins, no origin and no key', async () => {
    const own = { host: address.host, origin: address.origin };
    expect(await knock(address, own)).toBe(403);
    expect(await knock(address, { ...own, host: `keytray.example:${address.port}` })).toBe(403);
    expect(await knock(address, { ...own, origin: 'https://evil.example' })).toBe(403);
    expect(await knock(address, { host: address.host })).toBe(403);
    expect(await knock(address, { ...own, 'x-keytray-dev': '' }, 'events')).toBe(403);
  });

  it('ends when told to', async () => {
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
  });
});
