import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startChild } from '../../../demo/children.ts';
import { withChromium } from '../../support/chromium.ts';
import { createKeytray, type Keytray, program } from '../../support/keytray.ts';
import { startWorkspace, type Workspace } from '../../support/vendors/databricks/workspace.ts';
import { fieldsOf } from '../../support/vendors/http-emulator.ts';

/** Other sign-ins of this machine may be on any of them. */
const registered = Array.from({ length: 21 }, (_, index) => `http://localhost:${8020 + index}`);

/** Holds the port, or leaves it to the program that has it already. */
async function hold(port: number): Promise<Server | undefined> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  const listens = once(server, 'listening').then(
    () => true,
    () => false,
  );
  return (await listens) ? server : undefined;
}

const release = async (server: Server): Promise<void> => {
  server.close();
  await once(server, 'close');
};

describe('a person signs in to a Databricks workspace in Chromium, with the URL alone in the configuration', () => {
  let workspace: Workspace;
  let keytray: Keytray;
  let given: string;
  const held: Server[] = [];

  beforeAll(async () => {
    workspace = await startWorkspace();
    keytray = await createKeytray();
    given = path.join(keytray.folder, 'address');
    const browser = path.join(keytray.folder, 'browser');
    await writeFile(browser, `#!/bin/sh\nprintf %s "$1" > ${given}.new && mv ${given}.new ${given}\n`);
    await chmod(browser, 0o700);
    keytray.env.BROWSER = browser;
    await keytray.configure(`accounts:
  databricks:
    service: databricks
    url: ${workspace.url}
    store: memory
`);
    await keytray.startAgent();
  });

  afterEach(async () => {
    for (const server of held.splice(0)) await release(server);
    workspace.oidc.authorize = 'approve';
  });

  afterAll(async () => {
    await keytray.close();
    await workspace.close();
  });

  /** `keytray login --renew`, and a browser that opens what it was given: the page it ends at, and what the command said. */
  async function signIn() {
    await writeFile(given, '');
    const command = startChild(program('keytray'), ['login', 'databricks', '--renew'], {
      env: keytray.env,
      cwd: keytray.folder,
    });
    await expect.poll(() => readFile(given, 'utf8'), { timeout: 20_000 }).not.toBe('');
    const start = new URL(await readFile(given, 'utf8'));
    const seen = await withChromium(async (page) => {
      await page.goto(start.href);
      return { title: await page.locator('h1').textContent(), address: new URL(page.url()) };
    });
    return { start, ...seen, ended: await command.ended };
  }

  const lastRequests = () => ({
    authorize: workspace.to('/oidc/v1/authorize').at(-1)?.query ?? new URLSearchParams(),
    code: fieldsOf(
      workspace.to('/oidc/v1/token').findLast(({ body }) => body.includes('authorization_code')) ?? expect.fail(),
    ),
  });

  it('with the client of the vendor, at a redirect URI without a path, the same at both endpoints', async () => {
    const { start, title, address, ended } = await signIn();
    expect(registered).toContain(start.origin);
    expect(address.origin).toBe(start.origin);
    expect(address.pathname).toBe('/');
    expect(title).toBe('You are signed in to Databricks.');
    expect(ended).toMatchObject({ status: 0 });

    const { authorize, code } = lastRequests();
    expect(Object.fromEntries(authorize)).toMatchObject({
      client_id: 'databricks-cli',
      redirect_uri: start.origin,
      scope: 'all-apis offline_access',
      code_challenge_method: 'S256',
    });
    expect(code).toMatchObject({ client_id: 'databricks-cli', redirect_uri: start.origin });
    expect(code).not.toHaveProperty('client_secret');
    expect(await keytray.api.account('databricks')).toMatchObject({ state: 'active', grant: 'authorization_code' });
  });

  it('with a refresh token that is good once, and is replaced each time', async () => {
    const first = await keytray.run(['token', 'databricks']);
    for (const refresh of [1, 2]) {
      const [before] = workspace.oidc.refreshTokens.keys();
      const { status, stdout } = await keytray.run(['token', 'databricks', '--force']);
      expect(status, `refresh ${refresh}`).toBe(0);
      expect(stdout).not.toBe(first.stdout);
      expect(stdout.trim()).toBe(workspace.oidc.accessTokens.at(-1));
      expect([...workspace.oidc.refreshTokens.keys()]).toEqual([expect.not.stringMatching(`^${before}$`)]);
    }
    const sent = workspace
      .to('/oidc/v1/token')
      .map((request) => fieldsOf(request).refresh_token)
      .filter((token) => token !== undefined);
    expect(new Set(sent).size).toBe(sent.length);
    expect(await keytray.run(['test', 'databricks'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('kim@example.com'),
    });
  });

  it('with one refresh for 200 callers that come at the end of the token, and the sign-in goes on', async () => {
    workspace.oidc.accessTokenLife = 1;
    await keytray.api.token('databricks', { force: true });
    const { expires_at: expiresAt = '' } = await keytray.api.account('databricks');
    await expect.poll(() => Date.now(), { timeout: 10_000 }).toBeGreaterThan(Date.parse(expiresAt));
    workspace.oidc.accessTokenLife = 3_600;
    // Long enough for every caller to come while the one refresh is on its way.
    workspace.faults.add('/oidc/v1/token', { kind: 'slow', milliseconds: 3_000 });
    const before = workspace.to('/oidc/v1/token').length;
    const herd = Array.from({ length: 200 }, async () => (await keytray.api.token('databricks', {})).access_token);
    expect(new Set(await Promise.all(herd))).toEqual(new Set([workspace.oidc.accessTokens.at(-1)]));
    const sent = workspace.to('/oidc/v1/token').slice(before);
    expect(sent.map((request) => fieldsOf(request).grant_type)).toEqual(['refresh_token']);
    // A second use of the same refresh token would have ended the sign-in.
    expect(await keytray.run(['token', 'databricks', '--force'])).toMatchObject({ status: 0 });
    expect(await keytray.api.account('databricks')).toMatchObject({ state: 'active' });
  });

  it('at the next port where 8020 is taken, which both endpoints are told', async () => {
    // The page of the sign-in before is still shown there.
    await keytray.stopAgent();
    const taken = await hold(8020);
    if (taken !== undefined) held.push(taken);
    await keytray.startAgent();
    const { start, title, address, ended } = await signIn();
    expect(registered.slice(1)).toContain(start.origin);
    expect(address.origin).toBe(start.origin);
    expect(title).toBe('You are signed in to Databricks.');
    expect(ended).toMatchObject({ status: 0 });
    const { authorize, code } = lastRequests();
    expect(authorize.get('redirect_uri')).toBe(start.origin);
    expect(code.redirect_uri).toBe(start.origin);
  });

  it('and where the workspace denies it, the sign-in before goes on', async () => {
    workspace.oidc.authorize = 'deny';
    const { title, ended } = await signIn();
    expect(title).toBe('The sign-in to Databricks did not work.');
    expect(ended.status).toBe(5);
    expect(await keytray.api.account('databricks')).toMatchObject({ state: 'active' });
  });
});
