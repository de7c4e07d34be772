import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDesktopScene, type DesktopScene, notification } from '../../support/desktop-scene.ts';
import { machine } from '../../support/electron-stand-in/index.ts';
import { program, repository } from '../../support/keytray.ts';
import { labConfig } from '../../support/sign-in.ts';
import { waitFor } from '../../support/wait-for.ts';

describe('the desktop app where an agent runs', () => {
  let scene: DesktopScene;

  beforeEach(async () => {
    scene = await createDesktopScene({ config: (issuer) => labConfig({ issuer }) });
  });
  afterEach(() => scene.close());

  /** The real agent of out/bin, in the scene's folders. */
  async function startAgent() {
    const agent = spawn(program('keytray'), ['agent'], { env: scene.env, stdio: 'ignore' });
    const ended = once(agent, 'exit');
    await waitFor('the agent', async () =>
      scene.api.status().then(
        ({ kind }) => kind === 'agent',
        () => false,
      ),
    );
    return { agent, ended };
  }

  it('takes over, and a request under way gets its answer from the agent', async () => {
    const { agent, ended } = await startAgent();
    const waiting = scene.api.token('lab', { wait: 1 }).then(
      () => 'a token',
      (error: unknown) => error,
    );
    await waitFor('the request', async () => (await scene.api.status()).logins.length > 0);
    await scene.launch('--autostart');
    expect(await waiting).toMatchObject({ code: 'login_required' });
    expect(await ended).toEqual([0, null]);
    expect(await scene.api.status()).toMatchObject({ kind: 'desktop', pid: process.pid });
    expect(agent.exitCode).toBe(0);
    // From here on the desktop asks the person.
    await expect(scene.api.token('lab', {})).rejects.toMatchObject({ code: 'login_required' });
    await notification('Sign in to lab');
  });

  it('stays locked where the agent was, also one that was locked a moment before', async () => {
    const { ended } = await startAgent();
    await scene.api.lock();
    await scene.launch('--autostart');
    await ended;
    expect(await scene.api.status()).toMatchObject({ kind: 'desktop', hand_outs: { state: 'locked' } });
    const tray = await scene.tray();
    await waitFor('the padlock', async () => (await tray.icon()).includes('locked'));
    await tray.click('Unlock');
    await waitFor('the question', async () => machine.messageBoxes.length > 0);
    machine.messageBoxes[0]?.click('Unlock');
    await waitFor('the end of the lock', async () => (await scene.api.status()).hand_outs === undefined);
    expect(existsSync(path.join(scene.folder, 'state/keytray/locked'))).toBe(false);
  });

  it('hands over itself when another broker of the same person asks', async () => {
    await scene.launch('--autostart');
    await scene.api.handover();
    await waitFor('the end', async () => machine.exitCode === 0);
    const { agent, ended } = await startAgent();
    expect(await scene.api.status()).toMatchObject({ kind: 'agent', pid: agent.pid });
    agent.kill();
    await ended;
  });

  it('leaves another desktop app of the same person alone', async () => {
    const built = path.join(repository, 'test/support/programs/built-app.ts');
    const other = spawn(process.execPath, [built, '--autostart'], { env: scene.env, stdio: 'ignore' });
    const ended = once(other, 'exit');
    await waitFor('the other one', async () =>
      scene.api.status().then(
        () => true,
        () => false,
      ),
    );
    await scene.launch();
    expect(machine.exitCode).toBe(0);
    expect(scene.said).toEqual([expect.stringContaining('another Keytray app')]);
    expect(await scene.api.status()).toMatchObject({ kind: 'desktop', pid: other.pid });
    other.kill();
    expect(await ended).toEqual([0, null]);
  });

  it('can be told to quit while it waits for an agent that does not end', async () => {
    const { agent, ended } = await startAgent();
    // It hears nothing, and keeps the lock.
    agent.kill('SIGSTOP');
    const up = scene.launch('--autostart');
    await waitFor('its first attempt', async () => machine.ready);
    expect(await scene.quit()).toBe(0);
    await up;
    agent.kill('SIGCONT');
    agent.kill();
    await ended;
  });
});
