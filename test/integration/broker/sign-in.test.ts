import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { followForms } from '../../../demo/built-in-user-agent.ts';
import { caller, failureOf, type Laboratory, startLaboratory } from '../../support/broker.ts';

describe('a sign-in', () => {
  let lab: Laboratory;
  const token = async (): Promise<string | undefined> => (await lab.broker.token('lab', {}, caller)).access_token;

  beforeEach(async () => {
    lab = await startLaboratory();
  });

  afterEach(async () => {
    await lab.close();
  });

  it('is requested once by all who need it, without a listener or a browser', async () => {
    const failures = await Promise.all(Array.from({ length: 20 }, () => failureOf(token())));
    expect(new Set(failures.map((failure) => failure.loginId)).size).toBe(1);
    expect(await lab.broker.status()).toMatchObject({ logins: [{ account: 'lab', state: 'requested' }] });
    expect(lab.browsers.opened).toEqual([]);
  });

  it('is the same for every caller once a person has started it', async () => {
    const requested = (await failureOf(token())).loginId;
    const [first, second] = await Promise.all([
      lab.broker.startLogin('lab', { user_agent: 'browser' }),
      lab.broker.startLogin('lab', { user_agent: 'none' }),
    ]);
    expect([first.login_id, second.login_id]).toEqual([requested, requested]);
    expect(lab.browsers.opened.map(String)).toEqual([first.authorization_url]);
    expect(await lab.broker.account('lab')).toMatchObject({ state: 'signing_in' });
  });

  it('answers a caller who waits for it', async () => {
    const waiting = lab.broker.token('lab', { wait: 30 }, caller);
    await lab.signIn();
    expect((await waiting).access_token).toBe(await token());
  });

  it('of another person stores nothing and leaves the first signed in', async () => {
    await lab.signIn('ada');
    const before = await token();
    expect(await lab.signIn('bob')).toMatchObject({ state: 'failed', error: 'identity_mismatch' });
    expect(await token()).toBe(before);
    expect(await lab.broker.account('lab')).toMatchObject({ subject: { subject: 'ada' } });
    expect(lab.server.requests.revocation).toBe(1);
    expect(await lab.server.introspect(before ?? '')).toMatchObject({ active: true });
  });

  it('of another person is accepted when asked for', async () => {
    await lab.signIn('ada');
    expect(await lab.signIn('bob', { switch: true })).toMatchObject({
      state: 'succeeded',
      subject: { subject: 'bob' },
    });
    expect(await lab.server.introspect((await token()) ?? '')).toMatchObject({ sub: 'bob' });
  });

  it('shows its last page no longer once the broker has ended', async () => {
    const started = await lab.broker.startLogin('lab', { user_agent: 'none' });
    const redirect = new URL(started.authorization_url ?? '').searchParams.get('redirect_uri') ?? '';
    await followForms(started.authorization_url ?? '', { login: 'ada' });
    expect((await fetch(redirect)).status).toBeGreaterThanOrEqual(200);
    await lab.broker.stop();
    await expect(fetch(redirect)).rejects.toThrow('fetch failed');
  });

  it('again by the same person does not revoke what was there', async () => {
    await lab.signIn();
    const before = (await token()) ?? '';
    await lab.signIn();
    expect(await token()).not.toBe(before);
    expect(lab.server.requests.revocation ?? 0).toBe(0);
  });

  it('cannot start while the keychain is locked', async () => {
    lab.store.trouble = { kind: 'locked' };
    expect(await lab.broker.account('lab')).toMatchObject({ state: 'locked', reason: 'keychain_locked' });
    expect((await failureOf(lab.broker.startLogin('lab', { user_agent: 'none' }))).code).toBe('keychain_locked');
    expect((await failureOf(token())).code).toBe('keychain_locked');
  });

  it('can be finished with the address a browser elsewhere ended at, and only with that', async () => {
    const started = await lab.broker.startLogin('lab', { user_agent: 'paste' });
    const id = started.login_id;
    const { url } = await followForms(started.authorization_url ?? '', {
      login: 'ada',
      stopAt: ({ searchParams }) => searchParams.has('code'),
    });
    const forged = new URL(url);
    forged.searchParams.set('state', 'forged');
    const fromElsewhere = new URL(url);
    fromElsewhere.searchParams.set('iss', 'https://evil.example');
    for (const wrong of [forged, fromElsewhere, new URL('https://evil.example/?code=1')]) {
      expect((await failureOf(lab.broker.finishLogin(id, { redirect_url: wrong.href }))).code).toBe('invalid_request');
    }
    expect((await failureOf(lab.broker.finishLogin(id, { code: url.searchParams.get('code') ?? '' }))).code).toBe(
      'invalid_request',
    );
    expect(lab.broker.login(id).state).toBe('started');
    expect(await lab.broker.finishLogin(id, { redirect_url: url.href })).toMatchObject({ state: 'succeeded' });
    expect((await failureOf(lab.broker.finishLogin(id, { redirect_url: url.href }))).code).toBe('invalid_request');
  });

  it('that is refused by the person says so, and can be tried again', async () => {
    const started = await lab.broker.startLogin('lab', { user_agent: 'none' });
    await followForms(started.authorization_url ?? '', { login: 'ada', consent: 'deny' });
    expect(lab.broker.login(started.login_id)).toMatchObject({ state: 'failed', error: 'access_denied' });
    expect(await lab.signIn()).toMatchObject({ state: 'succeeded' });
  });

  it('can be cancelled', async () => {
    const started = await lab.broker.startLogin('lab', { user_agent: 'none' });
    lab.broker.cancelLogin(started.login_id);
    expect(lab.broker.login(started.login_id).state).toBe('cancelled');
    expect(await lab.signIn()).toMatchObject({ state: 'succeeded' });
  });

  it('is forgotten and revoked on logout', async () => {
    await lab.signIn();
    const held = (await token()) ?? '';
    expect(await lab.broker.logout('lab', { revoke: true })).toEqual({ account: 'lab', revocation: 'revoked' });
    expect(await lab.server.introspect(held)).toMatchObject({ active: false });
    expect(await lab.broker.account('lab')).toMatchObject({ state: 'signed_out' });
    expect((await failureOf(token())).code).toBe('login_required');
  });

  it('is forgotten on logout even where the server cannot be asked', async () => {
    await lab.signIn();
    await lab.server.close();
    expect(await lab.broker.logout('lab', { revoke: true })).toMatchObject({ revocation: 'failed' });
    expect(await lab.broker.account('lab')).toMatchObject({ state: 'signed_out' });
  });

  it('to a server that is down says so', async () => {
    await lab.server.close();
    expect((await failureOf(lab.broker.startLogin('lab', { user_agent: 'none' }))).code).toBe(
      'temporarily_unavailable',
    );
  });

  it('of an unknown account says so', async () => {
    expect((await failureOf(lab.broker.token('nobody', {}, caller))).code).toBe('unknown_account');
  });
});
