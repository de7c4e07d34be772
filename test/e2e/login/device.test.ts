import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../../demo/authorization-server.ts';
import { type Child, startChild } from '../../../demo/children.ts';
import { press, withChromium } from '../../support/chromium.ts';
import { createKeytray, type Keytray, program } from '../../support/keytray.ts';
import { knownSecrets } from '../../support/known-secrets.ts';
import { type ProcessWatch, watchProcesses } from '../../support/process-watch.ts';
import { labConfig } from '../../support/sign-in.ts';

/** One story, told in order: a machine without a screen, and a person with a browser somewhere else. */
describe('a sign-in with a code, approved in Chromium', () => {
  const secrets = knownSecrets();
  let server: RunningAuthorizationServer;
  let keytray: Keytray;
  let processes: ProcessWatch;
  const said: string[] = [];

  beforeAll(async () => {
    server = await startAuthorizationServer({
      deviceFlow: { interval: 1 },
      onTokenExchange: secrets.onTokenExchange,
    });
    keytray = await createKeytray({ KEYTRAY_LOG_LEVEL: 'debug', SSH_CONNECTION: '192.0.2.1 50000 192.0.2.2 22' });
    const more = `  plain:
    service: oauth
    client_id: keytray
    authorization_endpoint: ${server.issuer}/auth
    token_endpoint: ${server.issuer}/token
    store: memory
`;
    await keytray.configure(labConfig({ issuer: server.issuer, more }));
    await keytray.startAgent();
    processes = watchProcesses();
  });

  afterAll(async () => {
    processes.stop();
    await keytray.close();
    await server.close();
  });

  const login = (...options: readonly string[]): Child =>
    startChild(program('keytray'), ['login', 'lab', '--device', ...options], {
      env: keytray.env,
      cwd: keytray.folder,
    });
  const lines = async (child: Child): Promise<readonly [string, string]> => {
    await child.firstLine();
    const { logins } = await keytray.api.status();
    expect(logins).toHaveLength(1);
    expect(logins[0]).not.toHaveProperty('user_code');
    const { verification_uri = '', user_code = '' } = await keytray.api.login(logins[0]?.login_id ?? '');
    secrets.add('user_code', user_code);
    return [verification_uri, user_code];
  };
  const approve = ([address, code]: readonly [string, string], person: string, button: 'Allow' | 'Deny' = 'Allow') =>
    withChromium(async (page) => {
      await page.goto(address);
      await page.getByPlaceholder('Enter code').fill(code);
      await press(page, 'Continue');
      await page.getByText(`It shows the code ${code}.`).waitFor();
      await press(page, 'Continue');
      await page.getByLabel('User name').fill(person);
      await press(page, 'Sign in');
      await press(page, button);
      return (await page.locator('body').textContent()) ?? '';
    });
  const token = async () => (await keytray.run(['token', 'lab'])).stdout.trim();

  it('prints where to go and what to enter, waits, and says who signed in', async () => {
    const running = login();
    const shown = await lines(running);
    expect(await approve(shown, 'ada')).toContain('Your device is signed in');
    const { status, stdout, stderr } = await running.ended;
    said.push(stderr.replaceAll(shown[1], ''));
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${shown.join('\n')}\nSigned in to lab as ada.\n` });
    expect(stderr).toBe(
      `Open the address on any device and enter the code, or open this one, which has it:\n  ${shown[0]}?user_code=${shown[1]}\n`,
    );
    expect(await server.introspect(await token())).toEqual({ active: true, sub: 'ada' });
  });

  it('again as another person stores nothing, unless that was asked for', async () => {
    const before = await token();
    const renewing = login('--renew');
    await approve(await lines(renewing), 'bob');
    expect(await renewing.ended).toMatchObject({ status: 5, stderr: expect.stringContaining('bob signed in') });
    expect(await token()).toBe(before);

    const switching = login('--switch');
    await approve(await lines(switching), 'bob');
    expect(await switching.ended).toMatchObject({ status: 0 });
    expect(await server.introspect(await token())).toMatchObject({ sub: 'bob' });
  });

  it('that the person refuses ends with 5, and one that is interrupted with 143', async () => {
    const refused = login('--renew');
    expect(await approve(await lines(refused), 'bob', 'Deny')).toContain('stopped');
    expect(await refused.ended).toMatchObject({ status: 5 });

    const interrupted = startChild(program('keytray'), ['login', 'lab', '--device', '--renew'], {
      env: keytray.env,
      cwd: keytray.folder,
    });
    await interrupted.firstLine();
    await interrupted.stop();
    expect(await interrupted.ended).toMatchObject({ status: 143 });
    expect((await keytray.api.status()).logins).toEqual([]);
  });

  it('says what to do where the server has no such thing', async () => {
    const { status, stderr } = await keytray.run(['login', 'plain', '--device']);
    expect(status).toBe(2);
    expect(stderr).toBe(
      'keytray: plain offers no sign-in with a code\n  Sign in with a browser on any machine: keytray login plain --paste\n',
    );
  });

  it('has left no code and no token in logs, files or command lines', async () => {
    const states = path.join(keytray.folder, 'state');
    const entries = await readdir(states, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => readFile(path.join(entry.parentPath, entry.name), 'latin1'));
    const places = { files: (await Promise.all(files)).join('\n'), processes: processes.seen(), said: said.join('\n') };
    expect(secrets.kinds()).toEqual(['access_token', 'device_code', 'id_token', 'refresh_token', 'user_code']);
    expect(places.files).toContain('sign-in failed');
    expect(places.processes).toContain('--device');
    for (const [place, text] of Object.entries(places)) expect([place, secrets.foundIn(text)]).toEqual([place, []]);
  });
});
