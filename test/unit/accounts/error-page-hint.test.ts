import { describe, expect, it } from 'vitest';
import { Account } from '../../../core/accounts/account.ts';
import type { BrowserSignIn } from '../../../core/sign-in/browser.ts';
import { LoginAttempt } from '../../../core/sign-in/login-attempt.ts';
import { PendingLogin } from '../../../core/sign-in/pending-login.ts';
import { hintAtErrorPage } from '../../../core/sign-in/show-browser.ts';
import { MemoryStore } from '../../../core/stores/memory-store.ts';
import { accountSettings } from '../../support/authorization-server.ts';
import { ManualClock } from '../../support/manual-clock.ts';

async function scene(settings = accountSettings()) {
  const clock = new ManualClock();
  const login = new PendingLogin('lab', () => undefined);
  const account = new Account(settings, { store: new MemoryStore(), clock, changed: () => undefined });
  const attempt = new LoginAttempt(login, account, { giveBack: async () => undefined, goesBack: () => true });
  const way: Pick<BrowserSignIn, 'invitation' | 'stop'> = {
    invitation: { startUrl: new URL('http://127.0.0.1:4711/start/random'), expiresAt: 300 },
    stop: async () => undefined,
  };
  await attempt.joinBrowser(async () => way as BrowserSignIn);
  hintAtErrorPage(attempt, clock);
  const note = () => (login.phase.kind === 'started' ? login.phase.note : undefined);
  return { clock, login, attempt, note };
}

describe('what is said while the browser may show an error', () => {
  it('is said after 20 s, with what to compare, and not before', async () => {
    const { clock, note } = await scene();
    clock.advance(19_999);
    expect(note()).toBeUndefined();
    clock.advance(1);
    expect(note()).toMatch(/^if the page in the browser shows an error, .*: client ID keytray, redirect URI http:/);
  });

  it('names no client where the sign-in registered one', async () => {
    const { clock, note } = await scene(accountSettings({ clientId: '', registersClient: true }));
    clock.advance(20_000);
    expect(note()).toMatch(/ its server may not allow redirects to this machine, as http:\/\/127\.0\.0\.1\/callback$/);
  });

  it('replaces nothing more urgent', async () => {
    const { clock, attempt, note } = await scene();
    attempt.note('something came that was not its answer');
    clock.advance(20_000);
    expect(note()).toBe('something came that was not its answer');
  });

  it('is not said where no browser could be opened', async () => {
    const { clock, attempt, note } = await scene();
    attempt.noBrowserOpened({ why: 'there is no display', device: false });
    clock.advance(20_000);
    expect(note()).toBeUndefined();
  });

  it('leaves no timer behind once the sign-in is over', async () => {
    const { clock, login } = await scene();
    login.become({ kind: 'cancelled' });
    await login.ended;
    expect(clock.untilNextTimer).toBeUndefined();
  });
});
