import { afterEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../core/secret.ts';
import {
  type FaultScene,
  type FaultSceneOptions,
  hour,
  minute,
  signedInRecord,
  startFaultScene,
} from '../../support/fault-scene.ts';
import { answers, refuses } from '../../support/faulty-server.ts';
import type { RotatingServer } from '../../support/rotating-server.ts';
import { authority, serverCertificate } from '../oauth/secure-server.ts';

let scene: FaultScene;
const start = async (options?: FaultSceneOptions): Promise<void> => {
  scene = await startFaultScene(options);
};
afterEach(() => scene.close());

const ada = (issuer: string) => ({ issuer, subject: 'ada', email: undefined, name: 'Ada' });

describe('two accounts that stand on one grant', () => {
  const two = ({ issuer }: RotatingServer): string =>
    `accounts:
  lab: { service: oidc, issuer: '${issuer}', client_id: keytray }
  lab@ci: { service: oidc, issuer: '${issuer}', client_id: keytray }
`;

  it('are not signed out together', async () => {
    await start({
      config: two,
      records: (server, clock) => ({
        lab: signedInRecord(server, clock, { identity: ada(server.issuer) }),
        'lab@ci': signedInRecord(server, clock, { identity: ada(server.issuer) }),
      }),
    });
    expect(await scene.broker.logout('lab', { revoke: true })).toEqual({
      account: 'lab',
      revocation: 'shared',
      detail: 'lab@ci uses the same grant',
    });
    expect(scene.server.revoked).toEqual([]);
    await scene.pass(2 * hour);
    expect(await scene.ask({}, 'lab@ci')).toHaveProperty('token');
    expect(await scene.broker.logout('lab@ci', { revoke: true })).toMatchObject({ revocation: 'revoked' });
    expect(scene.server.revoked).toHaveLength(2);
  });
});

describe('two accounts of which the server does not say whose they are', () => {
  const at = (id: string, issuer: string, path: string): string =>
    `  ${id}: { service: oauth, authorization_endpoint: '${issuer}/authorize', token_endpoint: '${issuer}${path}', revocation_endpoint: '${issuer}/revoke', client_id: keytray }\n`;

  it.each([
    ['/token', 'shared', 0],
    ['/other-token', 'revoked', 2],
  ])('may stand on one grant where the endpoint is the same (%s)', async (path, revocation, revoked) => {
    await start({
      config: ({ issuer }) => `accounts:\n${at('one', issuer, '/token')}${at('two', issuer, path)}`,
      records: (server, clock) => ({
        one: signedInRecord(server, clock, { issuer: undefined }),
        two: signedInRecord(server, clock, { issuer: undefined }),
      }),
    });
    expect(await scene.broker.logout('one', { revoke: true })).toMatchObject({ revocation });
    expect(scene.server.revoked).toHaveLength(revoked);
  });
});

describe('GitHub’s dialect', () => {
  const github = ({ issuer }: RotatingServer): string =>
    `accounts:
  github:
    service: github
    authorization_endpoint: '${issuer}/authorize'
    token_endpoint: '${issuer}/token'
    client_id: keytray
`;
  const json = { 'content-type': 'application/json' };

  it('says with status 200 that a token is dead: believed when said twice', async () => {
    await start({
      config: github,
      records: (server, clock) => ({ github: signedInRecord(server, clock, { issuer: undefined }) }),
    });
    await scene.broker.setClientSecret('github', new Secret('very-secret'));
    await scene.pass(2 * hour);
    scene.server.fault = answers(200, json, '{"error":"bad_refresh_token","error_description":"incorrect or expired"}');
    expect(await scene.ask({}, 'github')).toMatchObject({ code: 'login_required' });
    expect(scene.server.presented).toHaveLength(2);
    expect(await scene.state('github')).toBe('login_required/session_ended');
  });

  it('says other things with status 200 that are no reason to sign in', async () => {
    await start({
      config: github,
      records: (server, clock) => ({ github: signedInRecord(server, clock, { issuer: undefined }) }),
    });
    await scene.broker.setClientSecret('github', new Secret('very-secret'));
    await scene.pass(2 * hour);
    scene.server.fault = answers(200, json, '{"error":"temporarily_unavailable"}');
    expect(await scene.ask({}, 'github')).toMatchObject({ code: 'temporarily_unavailable' });
    scene.server.fault = undefined;
    await scene.pass(minute);
    expect(await scene.ask({}, 'github')).toHaveProperty('token');
  });
});

describe('invalid_grant over TLS', () => {
  const issuer = 'https://login.lab.example';
  const overTls = async (tls: string): Promise<void> => {
    await start({
      server: { secure: { ...serverCertificate(), issuer } },
      config: () => `accounts: { lab: { service: oidc, issuer: '${issuer}', client_id: keytray, ${tls} } }`,
    });
    const { port } = scene.server;
    scene.http.detour = (url) => new URL(url.pathname, `https://127.0.0.1:${port}`);
    await scene.pass(2 * hour);
    scene.server.fault = refuses('invalid_grant');
  };

  it('is believed where the server’s name was verified', async () => {
    await overTls(`tls: { ca: '${authority}' }`);
    expect(await scene.ask()).toMatchObject({ code: 'login_required' });
    expect(await scene.pass(hour)).toBe(0);
  });

  it('is a refusal like others where anybody may have said it', async () => {
    await overTls('environment: dev, tls: { verify: false }');
    expect(await scene.ask()).toMatchObject({ code: 'temporarily_unavailable' });
    expect(await scene.state()).toBe('degraded/refused');
    scene.server.fault = undefined;
    await scene.pass(minute);
    expect(await scene.ask()).toHaveProperty('token');
  });
});
