import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signInWithForms } from '../../../demo/built-in-user-agent.ts';
import { caller } from '../../support/broker.ts';
import { type FaultScene, hour, minute, startFaultScene } from '../../support/fault-scene.ts';
import { chunks } from '../../support/helper-call.ts';
import { createIdTokens } from '../../support/id-tokens.ts';
import type { RotatingServer } from '../../support/rotating-server.ts';

let scene: FaultScene;
const labConfig = ({ issuer }: RotatingServer, more = ''): string =>
  `accounts:
  lab:
    service: oidc
    issuer: '${issuer}'
    client_id: keytray
    scopes: [openid]
    refresh: on-demand
${more}`;
beforeEach(async () => {
  const server = { idTokens: createIdTokens() };
  scene = await startFaultScene({ server, records: () => ({}), config: (running) => labConfig(running) });
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
    scene.server.claims = { exp: Math.floor(scene.clock.now() / 1_000) + 600 };
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

  it('that a refresh sends again is not taken for a renewed one', async () => {
    await scene.signIn();
    const now = Math.floor(scene.clock.now() / 1_000);
    scene.server.claims = { iat: now, exp: now + 600 };
    await scene.signIn();
    await scene.pass(9 * minute);
    const asks = async () => {
      for (let time = 0; time < 3; time += 1) expect(await idToken()).toHaveProperty('token');
    };
    expect(await refreshesFor(asks)).toBe(1);
    await scene.pass(minute);
    expect(await idToken()).toMatchObject({ code: 'login_required' });
    expect(await scene.ask()).toHaveProperty('token');
  });

  it('that has ended within what is allowed for clocks that differ is not handed out', async () => {
    await scene.signIn();
    const now = Math.floor(scene.clock.now() / 1_000);
    scene.server.claims = { iat: now - 600, exp: now - 10 };
    expect(await scene.ask({ token: 'id', force: true })).toMatchObject({ code: 'login_required' });
    expect(await scene.ask()).toHaveProperty('token');
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

describe('kubectl', () => {
  const exec = async () => {
    let stdout = '';
    const stderr: string[] = [];
    const cluster = { server: 'https://cluster.example' };
    const info = { kind: 'ExecCredential', apiVersion: 'client.authentication.k8s.io/v1', spec: { cluster } };
    const status = await scene.broker.helper(
      'kubernetes',
      {
        operation: 'get',
        argv: ['get', '--id'],
        env: { KUBERNETES_EXEC_INFO: JSON.stringify(info) },
        cwd: '/',
        parents: [],
        stdin: chunks(),
        stdout: (text) => {
          stdout += text;
        },
        stderr: (line) => stderr.push(line),
        become() {},
        signal: caller.signal,
      },
      caller,
    );
    return { status, stdout, stderr };
  };

  it('is told when the ID token ends, and given none that has ended', async () => {
    scene.configure(labConfig(scene.server, '    kubernetes: [cluster.example]\n'));
    scene.server.renewsIdTokens = false;
    await scene.signIn();
    const { stdout } = await exec();
    const { token, expirationTimestamp } = JSON.parse(stdout).status;
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
    const early = exp - Date.parse(expirationTimestamp) / 1_000;
    // The server's clock is known to the second.
    expect(Math.abs(early - 60)).toBeLessThanOrEqual(2);
    await scene.ask({ force: true });
    await scene.pass(11 * minute);
    expect(await exec()).toEqual({ status: 1, stdout: '', stderr: ['keytray: sign in to lab: keytray login lab'] });
  });
});
