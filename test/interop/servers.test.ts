import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChild } from '../../demo/children.ts';
import { withChromium } from '../support/chromium.ts';
import { createKeytray, type Keytray, program } from '../support/keytray.ts';
import {
  type IndependentServer,
  independentServers,
  startIndependentServer,
} from '../support/servers/independent-server.ts';
import { signIn } from '../support/sign-in.ts';
import { waitFor } from '../support/wait-for.ts';

const callers = 50;

describe.each(independentServers)('at %s, a server the project did not write,', (name) => {
  let server: IndependentServer;
  let keytray: Keytray;

  beforeAll(async () => {
    server = await startIndependentServer(name);
    keytray = await createKeytray();
  });

  afterAll(async () => {
    await keytray?.close();
    await server?.close();
  });

  const token = (...options: readonly string[]) => keytray.run(['token', 'lab', ...options]);
  const freshToken = async (): Promise<string> => {
    const answer = await token('--force');
    expect(answer).toMatchObject({ status: 0, stderr: '' });
    return answer.stdout.trim();
  };

  it('signs a person in through its own pages in Chromium', async () => {
    await keytray.configure(server.config('public'));
    await keytray.startAgent();
    const options = { env: keytray.env, cwd: keytray.folder };
    const login = startChild(program('keytray'), ['login', 'lab', '--no-browser'], options);
    const address = await login.firstLine();
    await withChromium(async (page) => {
      await page.goto(address);
      await page.locator('input[name="login"]').fill('ada');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('button', { name: 'Authorize' }).click();
      await page.getByText('You are signed in').waitFor();
    });
    expect(await login.ended).toMatchObject({ status: 0 });
    expect(await server.isAlive((await token()).stdout.trim())).toBe(true);
    await keytray.stopAgent();
  });

  describe.each(['public', 'confidential'] as const)('an account with a %s client', (client) => {
    beforeAll(async () => {
      await keytray.configure(server.config(client));
      await keytray.startAgent();
      if (client === 'confidential') {
        const kept = await keytray.run(['accounts', 'set-secret', 'lab'], { input: `${server.clientSecret}\n` });
        expect(kept).toMatchObject({ status: 0 });
      }
      expect(await signIn(keytray, 'lab')).toMatchObject({ state: 'succeeded' });
    });

    afterAll(async () => {
      await keytray.stopAgent();
    });

    it('is signed in as the person, and has a token the server takes', async () => {
      const answer = await token();
      expect(answer).toMatchObject({ status: 0 });
      expect(await server.isAlive(answer.stdout.trim())).toBe(true);
      expect(await keytray.api.account('lab')).toMatchObject({ state: 'active', subject: { subject: '1' } });
    });

    it('is refreshed three times when forced, one request each', async () => {
      const before = await server.requests('refresh_token');
      const tokens = [await freshToken(), await freshToken(), await freshToken()];
      expect(new Set(tokens).size).toBe(3);
      expect(await server.isAlive(tokens.at(-1) ?? '')).toBe(true);
      expect(await server.requests('refresh_token')).toBe(before + 3);
    });

    it(`is refreshed once for ${callers} callers that come at its expiry`, async () => {
      await server.setLifetime(1);
      const expiring = await freshToken();
      await server.setLifetime(3_600);
      const before = await server.requests('refresh_token');
      await waitFor('a token that has expired', async () => !(await server.isAlive(expiring)));

      const answers = await Promise.all(Array.from({ length: callers }, () => keytray.api.token('lab', {})));
      const [first] = new Set(answers.map(({ access_token }) => access_token));
      expect(answers.every(({ access_token }) => access_token === first)).toBe(true);
      expect(first).not.toBe(expiring);
      expect(await server.isAlive(first ?? '')).toBe(true);
      expect(await server.requests('refresh_token')).toBe(before + 1);
    });

    it('is served while the server is away, and refreshed when it is back', async () => {
      const held = (await token()).stdout;
      await server.stop();
      expect(await token()).toMatchObject({ status: 0, stdout: held });
      expect(await token('--force')).toMatchObject({ status: 6, stdout: '' });
      expect(await token()).toMatchObject({ status: 0, stdout: held });
      await server.start();
      expect(await server.isAlive(await freshToken())).toBe(true);
    });

    it('asks for a sign-in once the server has revoked it, and the sign-in heals it', async () => {
      await server.revokeAll('ada');
      // The second refusal of the same token is the last word.
      for (const _ of ['first', 'second']) await token('--force');
      const answer = await token('--force');
      expect(answer).toMatchObject({ status: 4, stdout: '', stderr: expect.stringContaining('keytray login lab') });

      expect(await signIn(keytray, 'lab')).toMatchObject({ state: 'succeeded' });
      expect(await server.isAlive((await token()).stdout.trim())).toBe(true);
      expect(await server.isAlive(await freshToken())).toBe(true);
    });

    it('leaves a dead token behind when it signs out', async () => {
      const last = (await token()).stdout.trim();
      expect(await server.isAlive(last)).toBe(true);
      expect(await keytray.run(['logout', 'lab'])).toMatchObject({ status: 0 });
      expect(await server.isAlive(last)).toBe(false);
      expect(await server.requests('revocation')).toBeGreaterThan(0);
      expect(await token()).toMatchObject({ status: 4, stdout: '' });
    });
  });
});
