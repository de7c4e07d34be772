import { afterEach, describe, expect, it } from 'vitest';
import { caller } from '../../support/broker.ts';
import { hour, second } from '../../support/fault-scene.ts';
import { GrantScene } from '../../support/grant-scene.ts';
import { type ScriptedServer, startScriptedServer } from '../../support/scripted-server.ts';
import { waitFor } from '../../support/wait-for.ts';

describe('a device sign-in at GitHub, by a client without a secret', () => {
  const device = {
    device_code: 'the-device-code-of-this-sign-in',
    user_code: 'WDJB-MJHT',
    verification_uri: 'https://github.example/login/device',
    expires_in: 900,
    interval: 1,
  };
  let github: ScriptedServer;
  let open: GrantScene;
  /** Signs in; `replies` are those of the token endpoint, in order. */
  const signedIn = async (...replies: readonly object[]): Promise<void> => {
    const left = [...replies];
    github = await startScriptedServer(({ path }) => ({ body: path === '/device' ? device : left.shift() }));
    const endpoints = Object.entries({ authorization: 'authorize', token: 'token', device_authorization: 'device' });
    const config = endpoints.map(([name, path]) => `${name}_endpoint: "${github.url}/${path}"`).join(', ');
    open = new GrantScene(`accounts: { github: { service: github, client_id: keytray, ${config} } }`);
    await open.broker.start();
    const login = await open.broker.startLogin('github', { user_agent: 'device' });
    const ended = open.broker.waitForLogin(login.login_id, 60, caller.signal);
    await waitFor('the sign-in to end', async () => {
      open.clock.advance(second);
      return open.broker.login(login.login_id).state !== 'started';
    });
    expect(await ended).toMatchObject({ state: 'succeeded' });
  };
  const tokens = () => github.requests.filter(({ path }) => path === '/token').map(({ form }) => form);
  afterEach(async () => {
    await open.close();
    await github.close();
  });

  it('asks for offline_access, and refreshes its tokens without a secret', async () => {
    const given = {
      token_type: 'bearer',
      scope: 'repo,workflow',
      expires_in: 28_800,
      refresh_token_expires_in: 15_897_600,
    };
    await signedIn(
      { ...given, access_token: 'ghu_first', refresh_token: 'ghr_first' },
      { ...given, access_token: 'ghu_second', refresh_token: 'ghr_second' },
      { ...given, access_token: 'ghu_third', refresh_token: 'ghr_third' },
    );
    expect(github.requests[0]?.form.scope?.split(' ')).toContain('offline_access');
    for (const [access, refresh] of [
      ['ghu_second', 'ghr_first'],
      ['ghu_third', 'ghr_second'],
    ]) {
      expect(await open.token('github', { force: true })).toMatchObject({ access_token: access });
      expect(tokens().at(-1)).toEqual({ grant_type: 'refresh_token', refresh_token: refresh, client_id: 'keytray' });
    }
    for (const { form, headers } of github.requests) {
      expect(form).not.toHaveProperty('client_secret');
      expect(headers).not.toHaveProperty('authorization');
    }
  });

  it('is served its token for good where the reply has neither an end nor a refresh token', async () => {
    await signedIn({ access_token: 'gho_first', token_type: 'bearer', scope: 'repo,workflow' });
    expect(await open.token('github')).toMatchObject({ access_token: 'gho_first', expires_in: null });
    open.clock.advance(30 * 24 * hour);
    expect(await open.token('github')).toMatchObject({ access_token: 'gho_first', expires_in: null });
    expect(await open.state('github')).toBe('active');
    expect(tokens()).toHaveLength(1);
  });

  it('is served what a refresh gave that brings neither', async () => {
    const given = { token_type: 'bearer', scope: 'repo,workflow' };
    await signedIn(
      { ...given, access_token: 'ghu_first', refresh_token: 'ghr_first', expires_in: 28_800 },
      { ...given, access_token: 'gho_second' },
    );
    open.clock.advance(9 * hour);
    expect(await open.token('github')).toMatchObject({ access_token: 'gho_second', expires_in: null });
    expect(await open.state('github')).toBe('active');
    expect(tokens()).toHaveLength(2);
  });
});
