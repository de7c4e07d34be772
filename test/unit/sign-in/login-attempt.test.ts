import { describe, expect, it } from 'vitest';
import { Account } from '../../../core/accounts/account.ts';
import { KeytrayError } from '../../../core/errors.ts';
import { Secret } from '../../../core/secret.ts';
import type { BrowserSignIn } from '../../../core/sign-in/browser.ts';
import type { DeviceSignIn } from '../../../core/sign-in/device.ts';
import { LoginAttempt } from '../../../core/sign-in/login-attempt.ts';
import { PendingLogin } from '../../../core/sign-in/pending-login.ts';
import { MemoryStore } from '../../../core/stores/memory-store.ts';
import { accountSettings } from '../../support/authorization-server.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const startUrl = new URL('http://127.0.0.1:4711/start/random');
const verificationUri = new URL('https://login.example/device');

/** A login nobody has anything to say about. */
const quiet = { kind: 'started', question: undefined, note: undefined };

/** Ways that nobody goes; `stopped` names those that were stopped, in order. */
function scene() {
  const stopped: string[] = [];
  const stop = (name: string) => async () => {
    stopped.push(name);
  };
  const browser: Pick<BrowserSignIn, 'invitation' | 'stop'> = {
    invitation: { startUrl, expiresAt: 300 },
    stop: stop('browser'),
  };
  const device: Pick<DeviceSignIn, 'invitation' | 'stop'> = {
    invitation: { verificationUri, verificationUriComplete: undefined, userCode: new Secret('ABCD'), expiresAt: 600 },
    stop: stop('device'),
  };
  const login = new PendingLogin('lab', () => undefined);
  const account = new Account(accountSettings(), {
    store: new MemoryStore(),
    clock: new ManualClock(),
    changed: () => undefined,
  });
  return {
    stopped,
    login,
    attempt: new LoginAttempt(login, account, { giveBack: async () => undefined, goesBack: () => true }),
    browser: browser as BrowserSignIn,
    device: device as DeviceSignIn,
  };
}

describe('the ways of one login', () => {
  it('are shown as long as they are open', async () => {
    const { attempt, login, browser, device } = scene();
    await attempt.joinBrowser(async () => browser);
    expect(login.phase).toEqual({ ...quiet, browser: browser.invitation, device: undefined });
    await attempt.joinDevice(async () => device);
    expect(login.phase).toEqual({ ...quiet, browser: browser.invitation, device: device.invitation });
    attempt.over('browser');
    expect(login.phase).toEqual({ ...quiet, browser: undefined, device: device.invitation });
    attempt.over('device');
    expect(login.phase).toEqual({ kind: 'expired' });
  });

  it('are open again when asked for after they were over', async () => {
    const { attempt, login, browser, device } = scene();
    await attempt.joinDevice(async () => device);
    await attempt.joinBrowser(async () => browser);
    attempt.over('browser');
    expect(await attempt.browser()).toBeUndefined();
    await attempt.joinBrowser(async () => browser);
    expect(await attempt.browser()).toBe(browser);
    expect(login.phase).toMatchObject({ browser: browser.invitation, device: device.invitation });
  });

  it('wait for one that is just being opened', async () => {
    const { attempt, login, browser, device } = scene();
    await attempt.joinBrowser(async () => browser);
    const { promise, resolve } = Promise.withResolvers<DeviceSignIn>();
    const joining = attempt.joinDevice(() => promise);
    attempt.over('browser');
    expect(login.open).toBe(true);
    resolve(device);
    await joining;
    expect(login.phase).toEqual({ ...quiet, browser: undefined, device: device.invitation });
  });

  it('that cannot be opened end the login only where no other is left, and can be tried again', async () => {
    const { attempt, login, browser, device } = scene();
    const failure = new KeytrayError('misconfigured', 'no port is free');
    const fail = () => Promise.reject(failure);
    await attempt.joinBrowser(async () => browser);
    await expect(Promise.all([attempt.joinDevice(fail), attempt.joinDevice(fail)])).rejects.toBe(failure);
    expect(login.phase).toMatchObject({ kind: 'started', device: undefined });
    await attempt.joinDevice(async () => device);
    expect(login.phase).toMatchObject({ device: device.invitation });

    const alone = scene();
    await expect(alone.attempt.joinBrowser(fail)).rejects.toBe(failure);
    expect(alone.login.phase).toEqual({ kind: 'failed', failure });
  });

  it.each(['browser', 'device'] as const)(
    'but the %s are stopped when it answers first, and only once',
    async (first) => {
      const { attempt, login, browser, device, stopped } = scene();
      const second = first === 'browser' ? 'device' : 'browser';
      await attempt.joinBrowser(async () => browser);
      await attempt.joinDevice(async () => device);
      expect([attempt.claim(first), attempt.claim(first), attempt.claim(second)]).toEqual([true, false, false]);
      expect(stopped).toEqual([second]);
      // A code is being exchanged: that a deadline passes meanwhile changes nothing.
      attempt.over(first);
      attempt.over(second);
      expect(login.phase).toMatchObject({ kind: 'started' });
    },
  );

  it('are stopped at once where the login has ended, or is being finished, while they were opened', async () => {
    const ended = scene();
    ended.login.become({ kind: 'cancelled' });
    await ended.attempt.joinDevice(async () => ended.device);
    expect(ended.stopped).toEqual(['device']);
    expect(ended.attempt.claim('device')).toBe(false);

    const answered = scene();
    await answered.attempt.joinBrowser(async () => answered.browser);
    answered.attempt.claim('browser');
    await answered.attempt.joinDevice(async () => answered.device);
    expect(answered.stopped).toEqual(['device']);
    expect(answered.login.phase).toMatchObject({ device: undefined });
  });

  it('all stop with the login', async () => {
    const { attempt, browser, device, stopped } = scene();
    await attempt.joinBrowser(async () => browser);
    await attempt.joinDevice(async () => device);
    await attempt.stop();
    expect(stopped.sort()).toEqual(['browser', 'device']);
  });

  it('carry a note to whoever follows the login, as long as no answer is worked on', async () => {
    const { attempt, login, browser } = scene();
    attempt.note('too early to be seen');
    expect(login.phase).toEqual({ kind: 'requested' });
    await attempt.joinBrowser(async () => browser);
    expect(login.phase).toMatchObject({ note: 'too early to be seen' });
    attempt.note('something came');
    expect(login.phase).toMatchObject({ note: 'something came' });
    attempt.claim('browser');
    attempt.note('too late');
    expect(login.phase).toMatchObject({ note: 'something came' });
  });
});
