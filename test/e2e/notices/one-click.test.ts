import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../../demo/authorization-server.ts';
import { followForms } from '../../../demo/built-in-user-agent.ts';
import { type Keyring, startKeyring } from '../../support/keyring.ts';
import { createKeytray, type Keytray, program } from '../../support/keytray.ts';
import { type NotificationDaemon, startNotificationDaemon } from '../../support/notification-daemon.ts';
import { installBrowser, type PersonBrowser } from '../../support/person-browser.ts';
import { runToEnd } from '../../support/processes.ts';
import { type Display, startDisplay } from '../../support/prompter.ts';
import { labConfig } from '../../support/sign-in.ts';
import { waitFor } from '../../support/wait-for.ts';

describe('one click on a notice of the desktop', () => {
  let display: Display;
  let keyring: Keyring;
  let desktop: NotificationDaemon;
  let server: RunningAuthorizationServer;
  let keytray: Keytray;
  let browser: PersonBrowser;

  beforeAll(async () => {
    display = await startDisplay();
    keyring = await startKeyring({ display });
    desktop = await startNotificationDaemon({ ...keyring.env, DISPLAY: display.name });
    server = await startAuthorizationServer();
    keytray = await createKeytray({ ...keyring.env, DISPLAY: display.name });
    browser = await installBrowser(keytray);
    await keytray.configure(labConfig({ issuer: server.issuer, git: ['git.lab.example'], store: 'keychain' }));
    await keytray.startAgent();
  });

  afterAll(async () => {
    await keytray.close();
    await server.close();
    await desktop.stop();
    await keyring.stop();
    await display.stop();
  });

  const git = () =>
    runToEnd(program('git-credential-keytray'), ['get'], {
      env: keytray.env,
      cwd: keytray.folder,
      input: 'protocol=https\nhost=git.lab.example\n\n',
    });
  const states = async () => (await keytray.api.status()).accounts.map(({ state }) => state);

  it('is offered once when git waits, and "Later" is heard', async () => {
    for (const answer of await Promise.all([git(), git(), git()])) expect(answer.stdout).toContain('quit=1');
    await waitFor('the notice', async () => (await desktop.displayed()) === 1);
    await desktop.putAside();
    await waitFor('its end', async () => (await desktop.displayed()) === 0);
    expect(await git()).toMatchObject({ stdout: expect.stringContaining('quit=1') });
    expect(await desktop.displayed()).toBe(0);
    expect(await desktop.closed()).toEqual(['Sign in to lab']);
  });

  it('opens Chromium, signs in, and the notice is gone', async () => {
    // Another broker of the same person: what was put aside in the first is news again.
    await keytray.stopAgent();
    await keytray.startAgent();
    await git();
    await waitFor('the notice', async () => (await desktop.displayed()) === 1);
    await desktop.click();
    expect(await browser.signIn(server.issuer, 'ada')).toContain('You are signed in');
    expect(await states()).toEqual(['active']);
    await waitFor('the end of the notice', async () => (await desktop.displayed()) === 0);
    expect((await git()).stdout).toMatch(/^password=./m);
    expect(await desktop.closed()).toEqual(['Sign in to lab', 'Sign in to lab']);
  });

  it.each([
    ['Yes', 'active'],
    ['No', 'signing_in'],
  ])('asks whether another browser’s sign-in was theirs, and hears “%s”', async (answer, state) => {
    await keytray.run(['logout', 'lab']);
    keytray.env.BROWSER = '/bin/true';
    await keytray.stopAgent();
    await keytray.startAgent();
    const { authorization_url: start = '', login_id: id } = await keytray.api.startLogin('lab', {
      user_agent: 'browser',
    });
    const stopAt = ({ origin }: URL) => origin === new URL(server.issuer).origin;
    const { url } = await followForms(start, { login: '', stopAt });
    await followForms(url, { login: 'bob' });
    await waitFor('the question', async () => (await desktop.displayed()) === 1);
    expect(await states()).toEqual(['signing_in']);
    await desktop.press(answer);
    await waitFor('the answer', async () => (await keytray.api.login(id)).confirm === undefined);
    await waitFor('the end of the question', async () => (await desktop.displayed()) === 0);
    expect((await desktop.closed())[0]).toBe('Was it you who signed in to lab?');
    await waitFor('what became of it', async () => (await states())[0] === state);
    expect((await keytray.api.account('lab')).subject?.subject).toBe(answer === 'Yes' ? 'bob' : undefined);
    if (answer === 'No') await keytray.api.cancelLogin(id);
  });

  it('is taken back when the person signed in elsewhere, and when the agent ends', async () => {
    await keytray.run(['logout', 'lab']);
    await git();
    await waitFor('the notice', async () => (await desktop.displayed()) === 1);
    await keytray.stopAgent();
    await waitFor('its end', async () => (await desktop.displayed()) === 0);
  });
});
