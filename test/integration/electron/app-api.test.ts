import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../core/secret.ts';
import type { Activity } from '../../../ipc/views.ts';
import { type AppScene, startAppScene } from '../../support/app-scene.ts';
import { labConfig } from '../../support/sign-in.ts';
import { waitFor } from '../../support/wait-for.ts';

const kinds = (activities: readonly Activity[]): readonly string[] => activities.map(({ what }) => what.kind);

describe('the api of the pages, with one account', () => {
  let scene: AppScene;

  beforeEach(async () => {
    scene = await startAppScene((issuer) => labConfig({ issuer, git: ['git.lab.example'] }));
  });
  afterEach(() => scene.close());

  it('tells the state first, then every change', async () => {
    await waitFor('the first event', async () => scene.events.length > 0);
    await scene.signIn('lab');
    expect(scene.events[0]).toMatchObject({ type: 'broker', event: { type: 'state' } });
    const told = scene.events.map((event) => (event.type === 'broker' ? event.event.type : event.type));
    expect(new Set(told)).toEqual(new Set(['state', 'account', 'login', 'activity']));
  });

  it('shows an account with what is configured of it, and no secret', async () => {
    await scene.signIn('lab');
    const details = await scene.api.account({ account: 'lab' });
    expect(details).toMatchObject({
      account: { account: 'lab', state: 'active' },
      issuer: scene.server.issuer,
      clientId: 'keytray',
      redirectUri: 'http://127.0.0.1/callback',
      editable: true,
    });
    expect(details.position).toMatch(/config\.yaml:2$/);
    const token = await scene.broker.tokens.forPerson('lab');
    expect(JSON.stringify([details, scene.events])).not.toContain(token.reveal());
  });

  it('opens a sign-in, and cancels it', async () => {
    const started = await scene.api.startLogin({ account: 'lab', userAgent: 'browser' });
    expect(started.state).toBe('started');
    await scene.api.cancelLogin({ loginId: started.login_id });
    expect((await scene.api.status(undefined)).logins).toEqual([]);
  });

  it('takes a pasted address that belongs to the sign-in, and no other', async () => {
    const { login_id: loginId } = await scene.api.startLogin({ account: 'lab', userAgent: 'paste' });
    await expect(scene.api.pasteRedirect({ loginId, address: 'what?' })).rejects.toMatchObject({
      code: 'invalid_request',
    });
    const wrong = 'http://127.0.0.1/callback?code=x&state=y';
    await expect(scene.api.pasteRedirect({ loginId, address: wrong })).rejects.toThrow();
    expect((await scene.api.status(undefined)).accounts[0]?.state).not.toBe('active');
  });

  it('copies the token without showing it, and renews by hand', async () => {
    await scene.signIn('lab');
    const answer = await scene.api.copyToken({ account: 'lab' });
    expect(answer).toEqual({ clearedInSeconds: 30 });
    const [copied] = scene.desktop.copied;
    const token = await scene.broker.tokens.forPerson('lab');
    expect(copied?.clearAfter).toBe(30);
    expect(copied?.text instanceof Secret && copied.text.equals(token)).toBe(true);
    await scene.api.refreshNow({ account: 'lab' });
    expect((await scene.broker.tokens.forPerson('lab')).equals(token)).toBe(false);
  });

  it('remembers what happened, newest first', async () => {
    await scene.signIn('lab');
    await scene.api.refreshNow({ account: 'lab' });
    await scene.broker.token(
      'lab',
      {},
      {
        consumer: { uid: 0, pid: 7, executable: '/usr/bin/curl', startTime: undefined, parents: [] },
        signal: new AbortController().signal,
      },
    );
    await scene.api.logout({ account: 'lab', revoke: true });
    const activity = await scene.api.activity(undefined);
    expect(kinds(activity)).toEqual(['signed_out', 'handed_out', 'refreshed', 'signed_in', 'login_started']);
    expect(activity[1]?.what).toEqual({
      kind: 'handed_out',
      protocol: 'api',
      consumer: { pid: 7, executable: '/usr/bin/curl' },
    });
    expect(activity.map(({ id }) => id)).toEqual([5, 4, 3, 2, 1]);
  });

  it('edits the hosts an account serves', async () => {
    scene.desktop.agrees = true;
    const view = await scene.api.editServes({
      account: 'lab',
      family: 'git',
      hosts: ['code.example', 'b.example/x/*'],
    });
    expect(view.serves).toEqual({ git: ['code.example', 'b.example/x/*'] });
    expect(await scene.config.read()).toContain('git: [code.example, "b.example/x/*"]');
    expect((await scene.api.editServes({ account: 'lab', family: 'git', hosts: [] })).serves).toEqual({});
    const nonsense = scene.api.editServes({ account: 'lab', family: 'telnet', hosts: ['a.example'] });
    await expect(nonsense).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('shows and changes settings, and tells every page', async () => {
    scene.desktop.agrees = true;
    expect(await scene.api.settings(undefined)).toMatchObject({ startAtLogin: { on: false }, reminder: 15 });
    expect(await scene.api.setReminder({ minutes: 60 })).toMatchObject({ reminder: 60 });
    expect(await scene.api.setStartAtLogin({ on: true })).toMatchObject({ startAtLogin: { on: true } });
    const { accounts } = await scene.api.setBrowser({ account: 'lab', browser: 'firefox -P work' });
    expect(accounts).toMatchObject([{ account: 'lab', browser: 'firefox -P work', store: 'memory', editable: true }]);
    await scene.api.setBrowser({ account: 'lab', browser: null });
    expect(await scene.config.read()).not.toContain('firefox');
    await expect(scene.api.setReminder({ minutes: 0 })).rejects.toMatchObject({ code: 'invalid_request' });
    expect(scene.events.filter(({ type }) => type === 'settings')).toHaveLength(4);
  });

  it('opens the gate for who knows the passphrase', async () => {
    await scene.api.unlockStore({ passphrase: 'correct horse battery', create: true });
    await scene.api.lockStore(undefined);
    await scene.broker.gate.lock();
    const wrong = scene.api.unlockStore({ passphrase: 'wrong horse battery', create: false });
    await expect(wrong).rejects.toMatchObject({ code: 'access_denied' });
    expect(scene.broker.gate.state.kind).toBe('locked');
    await scene.api.unlockStore({ passphrase: 'correct horse battery', create: false });
    expect(scene.broker.gate.state.kind).toBe('open');
  });

  it('shows what setting git up would change, does it, and takes it back', async () => {
    const git = async () => (await scene.api.listTools(undefined)).find(({ tool }) => tool === 'git');
    expect(await git()).toMatchObject({ state: 'not_set_up', accounts: ['lab'], hosts: ['git.lab.example'] });
    const plan = await scene.api.planSetup({ tool: 'git', undo: false });
    expect(plan).toMatchObject({ changed: true, files: [{ diff: expect.stringContaining('git.lab.example') }] });
    expect(await git()).toMatchObject({ state: 'not_set_up' });
    await scene.api.applySetup({ tool: 'git' });
    expect(await git()).toMatchObject({ state: 'set_up' });
    await scene.api.undoSetup({ tool: 'git' });
    expect(await git()).toMatchObject({ state: 'not_set_up' });
    await expect(scene.api.applySetup({ tool: 'telnet' })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('removes an account after signing it out at the server', async () => {
    await scene.signIn('lab');
    await scene.api.removeAccount({ account: 'lab' });
    expect((await scene.api.status(undefined)).accounts).toEqual([]);
    expect(scene.server.requests.revocation ?? 0).toBeGreaterThan(0);
    expect(kinds(await scene.api.activity(undefined))[0]).toBe('removed');
  });
});

describe('the api of the pages, before the first account', () => {
  let scene: AppScene;

  beforeEach(async () => {
    scene = await startAppScene(() => '');
  });
  afterEach(() => scene.close());

  it('checks the issuer, adds the account, and it can sign in', async () => {
    scene.desktop.agrees = true;
    const { issuer } = scene.server;
    expect(await scene.api.checkIssuer({ issuer })).toMatchObject({ kind: 'found', issuer, scopes: expect.any(Array) });
    const view = await scene.api.addAccount({
      account: 'oidc@lab',
      service: 'oidc',
      issuer,
      clientId: 'keytray',
      scopes: ['openid', 'offline_access'],
      environment: 'dev',
      store: 'memory',
      serves: { git: ['git.lab.example'] },
    });
    expect(view).toMatchObject({ account: 'oidc@lab', state: 'signed_out', environment: 'dev', store: 'memory' });
    await scene.signIn('oidc@lab');
    expect((await scene.api.status(undefined)).accounts).toMatchObject([{ account: 'oidc@lab', state: 'active' }]);
    expect(kinds(await scene.api.activity(undefined))).toEqual(['signed_in', 'login_started', 'added']);
  });

  it('says in a sentence what is wrong with an issuer', async () => {
    const nobody = await scene.api.checkIssuer({ issuer: 'http://127.0.0.1:9/' });
    expect(nobody).toEqual({ kind: 'failed', description: expect.any(String) });
    const insecure = await scene.api.checkIssuer({ issuer: 'http://login.example' });
    expect(insecure).toMatchObject({ kind: 'failed', description: expect.stringContaining('https') });
  });

  it('lists services with what a form needs, and opens only their pages', async () => {
    const services = await scene.api.listServices(undefined);
    const server = Object.fromEntries(services.map((service) => [service.name, service.grants[0].server]));
    expect(server).toMatchObject({
      github: 'public_or_own',
      google: 'public',
      oidc: 'own',
      oauth: 'endpoints',
      dataiku: 'none',
    });
    await scene.api.openExternal({ target: 'registration', service: 'github' });
    expect(scene.desktop.opened).toEqual(['https://github.com/settings/developers']);
    const unknown = scene.api.openExternal({ target: 'registration', service: 'oidc' });
    await expect(unknown).rejects.toMatchObject({ code: 'not_found' });
  });
});
