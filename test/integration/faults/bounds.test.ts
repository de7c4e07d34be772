import { afterEach, describe, expect, it } from 'vitest';
import type { TokenRecord } from '../../../core/accounts/token-record.ts';
import {
  type FaultScene,
  type FaultSceneOptions,
  labOnDemand,
  second,
  signedInRecord,
  startFaultScene,
} from '../../support/fault-scene.ts';
import { answers, repliesWith } from '../../support/faulty-server.ts';
import type { RotatingServer } from '../../support/rotating-server.ts';

const expired = 3_601 * second;

/** `lab`, which meets what the server says, and `other`, which has no part in it. */
const twoAccounts = (server: RotatingServer): string => `${labOnDemand(server)}  other:
    service: oauth
    authorization_endpoint: '${server.issuer}/authorize'
    token_endpoint: '${server.issuer}/token'
    client_id: keytray
    refresh: on-demand
`;

describe('what a server says', () => {
  let scene: FaultScene;
  const start = async (lab: Partial<TokenRecord> = {}, more: FaultSceneOptions = {}): Promise<void> => {
    scene = await startFaultScene({
      config: twoAccounts,
      records: (server, clock) => ({
        lab: signedInRecord(server, clock, { lifetime: 3_600, ...lab }),
        other: signedInRecord(server, clock, { lifetime: 36_000, issuer: undefined }),
      }),
      ...more,
    });
  };
  afterEach(() => scene.close());

  const everything = async () => {
    const status = await scene.broker.status();
    expect(await scene.broker.accounts()).toEqual(status.accounts);
    expect(await scene.view('other')).toMatchObject({ state: 'active', expires_at: expect.any(String) });
    return status.accounts.map(({ account, state }) => `${account} ${state}`);
  };

  it.each(['9223372036854775807', 1e300, 315_360_001])(
    'of a token that lives %s seconds is that it has no end',
    async (lifetime) => {
      await start();
      await scene.pass(expired);
      scene.server.fault = repliesWith({ expires_in: lifetime });
      expect(await scene.ask()).toEqual({ token: scene.server.issued.at(-1)?.access, expiresIn: undefined });
      expect(await scene.view()).not.toHaveProperty('expires_at');
      expect(await everything()).toEqual(['lab active', 'other active']);
      await scene.pass(9_000 * second);
      await scene.ask();
      expect(scene.server.presented).toHaveLength(1);
    },
  );

  it.each([-1, 'soon', null, [], {}, ''])('of a token that lives %j is not heard', async (lifetime) => {
    await start();
    await scene.pass(expired);
    scene.server.fault = repliesWith({ expires_in: lifetime, refresh_expires_in: lifetime });
    expect(await scene.ask()).toEqual({ token: scene.server.issued.at(-1)?.access, expiresIn: undefined });
    expect(await everything()).toEqual(['lab active', 'other active']);
  });

  it('of a login that never ends is not shown as a date', async () => {
    await start({ loginEnd: { at: Date.now(), moves: 'no' } });
    await scene.pass(expired);
    scene.server.fault = repliesWith({ refresh_expires_in: 1e300 });
    await scene.ask();
    expect(await scene.view()).not.toHaveProperty('login_expires_at');
    expect(await everything()).toEqual(['lab active', 'other active']);
  });

  it.each(['access_token', 'refresh_token'])('is refused where the %s begins another header', async (member) => {
    await start();
    await scene.pass(expired);
    scene.server.fault = repliesWith({ [member]: 'x\r\nX-Evil: 1\u001b[2J' });
    expect(await scene.ask()).toMatchObject({ code: 'temporarily_unavailable' });
    expect(await everything()).toEqual(['lab degraded', 'other active']);
  });

  it('is cleaned in its scopes and its errors', async () => {
    await start();
    await scene.pass(expired);
    scene.server.fault = repliesWith({ scope: 'a\u009b2J b\u202e\u{e0041}' });
    await scene.ask();
    expect((await scene.view()).scopes).toEqual(['a', '2J', 'b']);
    await scene.pass(expired);
    const error = { error: 'invalid_client', error_description: 'no\u009b2J\u202e\u{e0041}\ud800 way' };
    scene.server.fault = answers(401, {}, JSON.stringify(error));
    await scene.ask();
    const { reason_description: words, reason_detail: detail } = await scene.view();
    expect(words).not.toContain('invalid_client');
    expect(detail).toBe('invalid_client (no 2J \ufffd way), status 401');
  });

  it('in the headers of a reply may take 250 KiB', async () => {
    await start();
    await scene.pass(expired);
    scene.server.fault = repliesWith({}, { 'x-policy': 'x'.repeat(250 * 1_024) });
    expect(await scene.ask()).toMatchObject({ token: scene.server.issued.at(-1)?.access });
  });

  it.each<[string, Record<string, string>, string]>([
    ['headers of 300 KiB', { 'x-policy': 'x'.repeat(300 * 1_024) }, 'its headers are larger than 256 KiB'],
    ['a coding that is not its own', { 'content-encoding': 'gzip' }, 'it cannot be unpacked'],
  ])('with %s is refused as such, and the refresh token is not sent again at once', async (_what, headers, why) => {
    await start();
    await scene.pass(expired);
    scene.server.fault = repliesWith({}, headers);
    expect(await scene.ask()).toMatchObject({ code: 'temporarily_unavailable' });
    expect(scene.server.presented).toHaveLength(1);
    expect((await scene.view()).reason_description).toContain(why);
  });
});
