import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { caller, failureOf, type Laboratory, startLaboratory } from '../../support/broker.ts';

const notice = 'sign-in:lab';
const ask = (lab: Laboratory) => failureOf(lab.broker.token('lab', {}, caller));

describe('notices of a sign-in that is needed', () => {
  let lab: Laboratory;

  beforeEach(async () => {
    lab = await startLaboratory();
  });
  afterEach(() => lab.close());

  it('comes once, however many ask, and opens no browser by itself', async () => {
    const failures = await Promise.all(Array.from({ length: 50 }, () => ask(lab)));
    expect(new Set(failures.map(({ code, loginId }) => `${code} ${loginId}`)).size).toBe(1);
    expect(lab.notices.shown.map(({ id, title }) => `${id}: ${title}`)).toEqual([`${notice}: Sign in to lab`]);
    expect(lab.browsers.opened).toEqual([]);
  });

  it('opens the browser by one click, and is gone when the account works', async () => {
    await ask(lab);
    lab.notices.choose(notice, 'sign_in');
    await expect.poll(() => lab.browsers.opened).toHaveLength(1);
    expect(await lab.signIn()).toMatchObject({ state: 'succeeded' });
    expect(lab.notices.open.size).toBe(0);
    expect(lab.notices.shown).toHaveLength(1);
    expect(await lab.broker.token('lab', {}, caller)).toMatchObject({ account: 'lab' });
  });

  it('is taken back when somebody signs in another way', async () => {
    await ask(lab);
    expect(lab.notices.open.has(notice)).toBe(true);
    await lab.signIn();
    expect(lab.notices.open.size).toBe(0);
  });

  it('is quiet after "Later" until the interval has passed and somebody asks', async () => {
    await ask(lab);
    lab.notices.choose(notice, 'later');
    await ask(lab);
    lab.clock.skip(14 * 60_000);
    await ask(lab);
    expect(lab.notices.shown).toHaveLength(1);
    lab.clock.skip(2 * 60_000);
    await ask(lab);
    expect(lab.notices.shown).toHaveLength(2);
  });

  it('says that the session has ended, and starts anew after a sign-in', async () => {
    await lab.signIn();
    await lab.broker.logout('lab', { revoke: true });
    await ask(lab);
    expect(lab.notices.shown.map(({ title, body }) => `${title}. ${body}`)).toEqual([
      'Sign in again to lab. You have signed out.',
    ]);
  });

  it('and its pending login end when the account works again by itself; who waited is served', async () => {
    await lab.signIn();
    lab.clock.skip(7_300_000);
    lab.server.faults.outage = { status: 400, body: 'Bad Request' };
    for (let tries = 0; tries < 3; tries += 1) {
      await ask(lab);
      lab.clock.skip(61_000);
    }
    expect((await ask(lab)).code).toBe('login_required');
    const waiting = lab.broker.token('lab', { wait: 60 }, caller);
    await expect.poll(async () => (await lab.broker.status()).logins.map(({ state }) => state)).toEqual(['requested']);
    expect(lab.notices.open.size).toBe(1);
    lab.server.faults.outage = undefined;
    lab.clock.skip(901_000);
    expect(await lab.broker.token('lab', {}, caller)).toMatchObject({ account: 'lab' });
    expect(await waiting).toMatchObject({ account: 'lab' });
    expect((await lab.broker.status()).logins).toEqual([]);
    expect(lab.notices.open.size).toBe(0);
  });

  it('goes with its account', async () => {
    await ask(lab);
    lab.broker.configure({ accounts: new Map(), agent: { autostart: true, tray: 'auto' }, reminder: 15 }, []);
    expect(lab.notices.open.size).toBe(0);
  });
});
