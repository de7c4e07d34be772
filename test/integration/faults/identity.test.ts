import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signInWithForms } from '../../../cli/demo/built-in-user-agent.ts';
import { caller } from '../../support/broker.ts';
import { type FaultScene, hour, minute, startFaultScene } from '../../support/fault-scene.ts';
import { createIdTokens } from '../../support/id-tokens.ts';
import type { RotatingServer } from '../../support/rotating-server.ts';

let scene: FaultScene;
beforeEach(async () => {
  const config = ({ issuer }: RotatingServer): string =>
    `accounts: { lab: { service: oidc, issuer: '${issuer}', client_id: keytray, scopes: [openid], refresh: on-demand } }`;
  scene = await startFaultScene({ server: { idTokens: createIdTokens() }, records: () => ({}), config });
});
afterEach(() => scene.close());

const idToken = () => scene.ask({ token: 'id' });
const failedSignIn = async () => {
  const started = await scene.broker.startLogin('lab', { user_agent: 'none' });
  await signInWithForms(started.authorization_url ?? '', { login: 'ada' }).catch(() => undefined);
  return await scene.broker.waitForLogin(started.login_id, 1, caller.signal);
};
const refreshesFor = async (work: () => Promise<unknown>): Promise<number> => {
  const before = scene.server.presented.length;
  await work();
  return scene.server.presented.length - before;
};

describe('a sign-in that is not accepted', () => {
  it('gives back what it was given where the ID token is refused', async () => {
    scene.server.claims = { nonce: 'another' };
    expect(await failedSignIn()).toMatchObject({ state: 'failed', error: 'misconfigured' });
    expect(scene.server.revoked).toEqual(scene.server.issued.map(({ refresh }) => refresh));
    expect(await scene.state()).toBe('signed_out/never_signed_in');
  });

  it('gives nothing back that may be on the grant in use', async () => {
    await scene.signIn();
    scene.server.claims = { nonce: 'another' };
    expect(await failedSignIn()).toMatchObject({ state: 'failed' });
    expect(scene.server.revoked).toEqual([]);
    scene.server.claims = { nonce: 'another', sub: 'bob' };
    expect(await failedSignIn()).toMatchObject({ state: 'failed' });
    expect(scene.server.revoked).toHaveLength(1);
  });

  it('gives back what came after it was cancelled, and stores nothing', async () => {
    const started = await scene.broker.startLogin('lab', { user_agent: 'none' });
    scene.server.beforeCodeAnswer = async () => {
      scene.broker.cancelLogin(started.login_id);
    };
    await signInWithForms(started.authorization_url ?? '', { login: 'ada' }).catch(() => undefined);
    expect(await scene.broker.waitForLogin(started.login_id, 1, caller.signal)).toMatchObject({ state: 'cancelled' });
    await expect.poll(() => scene.server.revoked).toEqual(scene.server.issued.map(({ refresh }) => refresh));
    expect(await scene.state()).toBe('signed_out/never_signed_in');
  });
});

describe('a refresh whose ID token names another person', () => {
  it('leaves the account to the first, drops that ID token, and says so', async () => {
    await scene.signIn();
    const before = await idToken();
    scene.server.claims = { sub: 'bob' };
    expect(await scene.ask({ force: true })).toHaveProperty('token');
    expect(await scene.view()).toMatchObject({ subject: { subject: 'ada' } });
    expect(await idToken()).toMatchObject({ token: 'token' in before ? before.token : '' });
    expect(scene.notices.shown.at(-1)?.title).toContain('as another person');
    scene.server.claims = {};
    await scene.ask({ force: true });
    expect([...scene.notices.open.keys()]).toEqual([]);
  });
});

describe('an ID token', () => {
  it('that has ended is renewed', async () => {
    await scene.signIn();
    await scene.pass(hour);
    scene.server.idTokenOffset = 3_600;
    scene.server.dateOffset = 3_600;
    expect(await refreshesFor(async () => expect(await idToken()).toHaveProperty('token'))).toBe(1);
  });

  it('that no refresh renews is handed out until its end, then needs a sign-in, at one refresh in all', async () => {
    scene.server.renewsIdTokens = false;
    await scene.signIn();
    await scene.pass(9 * minute);
    const asks = async () => {
      for (let time = 0; time < 3; time += 1) expect(await idToken()).toHaveProperty('token');
    };
    expect(await refreshesFor(asks)).toBe(1);
    await scene.pass(2 * minute);
    const ended = async () => {
      for (let time = 0; time < 3; time += 1) expect(await idToken()).toMatchObject({ code: 'login_required' });
    };
    expect(await refreshesFor(ended)).toBe(0);
    expect(await scene.ask()).toHaveProperty('token');
    expect(await scene.state()).toBe('active');
  });

  it('that has ended unseen costs one refresh before a sign-in is asked for', async () => {
    scene.server.renewsIdTokens = false;
    await scene.signIn();
    await scene.pass(hour);
    const ended = async () => {
      for (let time = 0; time < 3; time += 1) expect(await idToken()).toMatchObject({ code: 'login_required' });
    };
    expect(await refreshesFor(ended)).toBe(1);
    scene.server.renewsIdTokens = true;
    const again = await scene.signIn();
    expect(again.state).toBe('succeeded');
  });
});
