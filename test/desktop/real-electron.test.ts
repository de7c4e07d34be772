import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron, type ElectronApplication } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { type MockedService, mockNotifications, mockTrayHost } from '../support/dbus-mock.ts';
import { createKeytray, type Keytray, repository } from '../support/keytray.ts';
import { startBus } from '../support/session-bus.ts';
import { labConfig, signIn } from '../support/sign-in.ts';
import { waitFor } from '../support/wait-for.ts';

/**
 * The desktop app in the real Electron, unpackaged: a packaged one refuses the inspector that Playwright needs. It
 * wants a display and python3-dbusmock, and is no part of `npm test` (docs/packaging.md).
 */
const electron = path.join(
  process.env.ELECTRON_OVERRIDE_DIST_PATH ?? path.join(repository, 'node_modules/electron/dist'),
  'electron',
);

/** Summed over all processes of the app with its window open; what each is comes with the failure. */
const mostMegabytes = 600;

describe('the desktop app in Electron', () => {
  let folder: string;
  let bus: Awaited<ReturnType<typeof startBus>>;
  let trayHost: MockedService;
  let notifications: MockedService;
  let server: RunningAuthorizationServer;
  let keytray: Keytray;
  let app: ElectronApplication;
  const complaints: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'keytray-desktop-'));
    const env = {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      HOME: folder,
      DISPLAY: process.env.DISPLAY ?? '',
      DBUS_SESSION_BUS_ADDRESS: `unix:path=${folder}/bus`,
    };
    bus = await startBus(folder, env);
    trayHost = await mockTrayHost(env);
    notifications = await mockNotifications(env);
    server = await startAuthorizationServer();
    keytray = await createKeytray(env);
    await keytray.configure(labConfig({ issuer: server.issuer, git: ['git.lab.example'] }));
    const started = performance.now();
    app = await _electron.launch({ executablePath: electron, args: [repository], env: definedOnly(keytray.env) });
    await waitFor('the broker', () => answers(keytray));
    process.stdout.write(`# Electron: broker answers after ${Math.round(performance.now() - started)} ms\n`);
  });

  afterAll(async () => {
    await app.close();
    await keytray.close();
    await server.close();
    await notifications.stop();
    await trayHost.stop();
    bus.kill();
    await rm(folder, { recursive: true, force: true });
  });

  it('registers one tray icon', async () => {
    await waitFor('the icon', async () => (await trayHost.calls('RegisterStatusNotifierItem')).length === 1);
  });

  it('shows its page from its own scheme, sandboxed, without a complaint', async () => {
    const window = await app.firstWindow();
    window.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await window.reload();
    expect(new URL(window.url()).protocol).toBe('app:');
    await window.getByText('lab').first().waitFor();
    expect(await window.evaluate('typeof process + typeof require')).toBe('undefinedundefined');
    expect(complaints).toEqual([]);
  });

  it('raises a notice when a tool waits for a sign-in', async () => {
    await keytray.run(['token', 'lab']);
    await waitFor('the notice', async () => (await notifications.calls('Notify')).length === 1);
    const [notice = []] = await notifications.calls('Notify');
    expect(notice).toContain('Sign in to lab');
    // D-Bus has actions as a list of keys and labels.
    expect(JSON.stringify(notice)).toContain('"Sign in"');
  });

  it('takes it back when somebody signs in, and serves tokens', async () => {
    expect(await signIn(keytray, 'lab')).toMatchObject({ state: 'succeeded' });
    await waitFor('its end', async () => (await notifications.calls('CloseNotification')).length > 0);
    expect(await keytray.run(['token', 'lab'])).toMatchObject({ status: 0 });
  });

  it('needs no more memory than it should', async () => {
    const metrics = await app.evaluate(({ app: electronApp }) =>
      electronApp
        .getAppMetrics()
        .map(({ type, memory }) => ({ type, megabytes: Math.round(memory.workingSetSize / 1024) })),
    );
    process.stdout.write(`# Electron: ${JSON.stringify(metrics)}\n`);
    expect(metrics.reduce((sum, { megabytes }) => sum + megabytes, 0)).toBeLessThan(mostMegabytes);
  });

  it('ends in good order', async () => {
    await app.evaluate(({ app: electronApp }) => electronApp.quit());
    await waitFor('the end', async () => !(await answers(keytray)));
  });
});

async function answers(keytray: Keytray): Promise<boolean> {
  return await keytray.api.status().then(
    () => true,
    () => false,
  );
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
