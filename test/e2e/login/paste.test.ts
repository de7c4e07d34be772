import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../../demo/authorization-server.ts';
import { addressBar, press, withChromium } from '../../support/chromium.ts';
import { createKeytray, type Keytray, program } from '../../support/keytray.ts';
import { knownSecrets } from '../../support/known-secrets.ts';
import { labConfig } from '../../support/sign-in.ts';

interface Pasting {
  readonly address: URL;
  paste(text: string): Promise<{ readonly status: number | null; readonly stdout: string; readonly stderr: string }>;
}

/** The browser runs on another machine: what it finds at 127.0.0.1 is not the listener of Keytray. */
describe('a sign-in by paste, from a Chromium that cannot reach the listener', () => {
  const secrets = knownSecrets();
  let server: RunningAuthorizationServer;
  let keytray: Keytray;
  const running = new Set<ChildProcessWithoutNullStreams>();

  beforeAll(async () => {
    server = await startAuthorizationServer({ onTokenExchange: secrets.onTokenExchange });
    keytray = await createKeytray({ KEYTRAY_LOG_LEVEL: 'debug' });
    await keytray.configure(labConfig({ issuer: server.issuer }));
    await keytray.startAgent();
  });

  afterAll(async () => {
    for (const child of running) child.kill();
    await keytray.close();
    await server.close();
  });

  /** `keytray login --paste`, up to the address it prints. */
  const login = async (...options: readonly string[]): Promise<Pasting> => {
    const child = spawn(program('keytray'), ['login', 'lab', '--paste', ...options], {
      env: keytray.env,
      cwd: keytray.folder,
    });
    running.add(child);
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
      });
    }
    const ended = once(child, 'close');
    while (!output.stdout.includes('\n')) await Promise.race([once(child.stdout, 'data'), ended]);
    return {
      address: new URL(output.stdout.trim()),
      async paste(text) {
        child.stdin.end(`${text}\n`);
        await ended;
        running.delete(child);
        return { status: child.exitCode, ...output };
      },
    };
  };

  /** The address bar at the end, with the page above which it stands. */
  const elsewhere = (address: URL, person: string, button: 'Allow' | 'Deny' = 'Allow') => {
    const redirect = new URL(address.searchParams.get('redirect_uri') ?? '');
    return withChromium(
      async (page) => {
        await page.goto(address.href);
        await page.getByLabel('User name').fill(person);
        await press(page, 'Sign in');
        await press(page, button);
        await page.getByText('ERR_CONNECTION_REFUSED').waitFor();
        const bar = await addressBar(page);
        expect(bar.origin).toBe(redirect.origin);
        return bar;
      },
      [`--host-resolver-rules=MAP ${redirect.host} 127.0.0.1:9`],
    );
  };
  const token = async () => (await keytray.run(['token', 'lab'])).stdout.trim();

  it('takes the address that the browser ended at', async () => {
    const pasting = await login();
    const bar = await elsewhere(pasting.address, 'ada');
    expect([...bar.searchParams.keys()].sort()).toEqual(['code', 'iss', 'state']);
    expect((await keytray.api.status()).logins).toMatchObject([{ state: 'started' }]);
    const { status, stdout, stderr } = await pasting.paste(`  ${bar.href}  `);
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: `${pasting.address.href}\nSigned in to lab as ada.\n`,
      stderr: '',
    });
    expect(await server.introspect(await token())).toEqual({ active: true, sub: 'ada' });
    expect(secrets.foundIn(await keytray.log())).toEqual([]);
    expect(secrets.kinds()).toContain('code');
  });

  it.each([
    ['with another state', (bar: URL) => bar.searchParams.set('state', 'another'), 'another state'],
    ['from another server', (bar: URL) => bar.searchParams.set('iss', 'https://evil.example'), 'another iss'],
    ['without its issuer', (bar: URL) => bar.searchParams.delete('iss'), 'no iss'],
  ])('refuses one %s, and keeps the old tokens', async (_what, forge, why) => {
    const before = await token();
    const pasting = await login('--renew');
    const redirect = new URL(pasting.address.searchParams.get('redirect_uri') ?? '');
    const state = pasting.address.searchParams.get('state') ?? '';
    redirect.search = new URLSearchParams({ code: 'c', state, iss: server.issuer }).toString();
    forge(redirect);
    const { status, stderr } = await pasting.paste(redirect.href);
    expect(status).toBe(2);
    expect(stderr).toContain('the pasted address does not belong to this sign-in');
    expect(stderr).not.toContain(why);
    expect(await token()).toBe(before);
    expect((await keytray.api.status()).logins).toEqual([]);
  });

  it('refuses the bare code', async () => {
    const pasting = await login('--renew');
    const { status, stderr } = await pasting.paste('a-code-from-the-address-bar');
    expect(status).toBe(2);
    expect(stderr).toContain('paste the whole address');
    expect(stderr).not.toContain('a-code');
  });

  it('understands that the person said no', async () => {
    const pasting = await login('--renew');
    const bar = await elsewhere(pasting.address, 'ada', 'Deny');
    expect(bar.searchParams.get('error')).toBe('access_denied');
    const { status, stderr } = await pasting.paste(bar.href);
    expect(status).toBe(5);
    expect(stderr).toContain('keytray: lab refused the sign-in (the person said no)\n');
  });

  it('tells another person from the one before, and accepts them when asked to', async () => {
    const before = await token();
    const renewing = await login('--renew');
    expect(await renewing.paste((await elsewhere(renewing.address, 'bob')).href)).toMatchObject({ status: 5 });
    expect(await token()).toBe(before);
    const switching = await login('--switch');
    expect(await switching.paste((await elsewhere(switching.address, 'bob')).href)).toMatchObject({ status: 0 });
    expect(await server.introspect(await token())).toMatchObject({ sub: 'bob' });
  });
});
