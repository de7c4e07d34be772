import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeytray, type Keytray } from '../../support/keytray.ts';
import {
  type IndependentServer,
  independentServers,
  startIndependentServer,
} from '../../support/servers/independent-server.ts';
import { signIn } from '../../support/sign-in.ts';

describe.each(independentServers)('an account at %s, a server the project did not write,', (name) => {
  let server: IndependentServer;
  let keytray: Keytray;

  beforeAll(async () => {
    server = await startIndependentServer(name);
    keytray = await createKeytray();
    await keytray.configure(server.config('public'));
    await keytray.startAgent();
  });

  afterAll(async () => {
    await keytray?.close();
    await server?.close();
  });

  it('is signed in, refreshed, and signed out at the server too', async () => {
    expect(await signIn(keytray, 'lab')).toMatchObject({ state: 'succeeded' });
    const first = (await keytray.run(['token', 'lab'])).stdout.trim();
    expect(await server.isAlive(first)).toBe(true);

    const second = (await keytray.run(['token', 'lab', '--force'])).stdout.trim();
    expect(second).not.toBe(first);
    expect(await server.isAlive(second)).toBe(true);
    expect(await server.requests('refresh_token')).toBe(1);

    expect(await keytray.run(['logout', 'lab'])).toMatchObject({ status: 0 });
    expect(await server.isAlive(second)).toBe(false);
    expect(await keytray.run(['token', 'lab'])).toMatchObject({ status: 4, stdout: '' });
  });
});

describe('an account at django whose ID tokens are signed with the client secret', () => {
  it('is signed in', async () => {
    const server = await startIndependentServer('django');
    const keytray = await createKeytray();
    try {
      await keytray.configure(server.config('hmac'));
      await keytray.startAgent();
      const secret = { input: server.clientSecret };
      expect(await keytray.run(['accounts', 'set-secret', 'lab'], secret)).toMatchObject({ status: 0 });
      expect(await signIn(keytray, 'lab')).toMatchObject({ state: 'succeeded' });
      const [header = ''] = (await keytray.run(['token', 'lab', '--id'])).stdout.split('.');
      expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toMatchObject({ alg: 'HS256' });
    } finally {
      await keytray.close();
      await server.close();
    }
  });
});
