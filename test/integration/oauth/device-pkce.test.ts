import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NodeHttp } from '../../../core/http/node-http.ts';
import { discoverAuthorizationServer } from '../../../core/oauth/authorization-server.ts';
import { requestDeviceCode } from '../../../core/oauth/device-grant.ts';
import { type DeviceOutcome, pollForTokens } from '../../../core/oauth/device-poll.ts';
import type { Timer } from '../../../core/ports.ts';
import { accountSettings, fetchOf, noEndpoints } from '../../support/authorization-server.ts';
import {
  type ScriptedAnswer,
  type ScriptedServer,
  type SeenRequest,
  startScriptedServer,
} from '../../support/scripted-server.ts';
import { ShiftedClock } from '../../support/shifted-clock.ts';

/** Its timers run a hundred times as fast, so that a test need not sit out the seconds between two polls. */
class HastyClock extends ShiftedClock {
  override after(ms: number, run: () => void): Timer {
    return super.after(ms / 100, run);
  }
}

type Form = SeenRequest['form'];

const code = {
  device_code: 'code-1',
  user_code: 'WDJB-MJHT',
  verification_uri: 'https://login.example/device',
  expires_in: 600,
};
const tokens = { access_token: 'at-1', token_type: 'Bearer' };
const refusal = (error: string, error_description?: string): ScriptedAnswer => ({
  status: 400,
  body: { error, error_description },
});
const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');

let scripted: ScriptedServer;
let device: (form: Form) => ScriptedAnswer;
let poll: (form: Form) => ScriptedAnswer;
beforeEach(async () => {
  scripted = await startScriptedServer(({ path, form }) => (path === '/device' ? device(form) : poll(form)));
  device = () => ({ body: code });
  poll = () => ({ body: tokens });
});
afterEach(() => scripted.close());

const formsAt = (path: string): readonly Form[] =>
  scripted.requests.filter((request) => request.path === path).map(({ form }) => form);
const challenged = (path: string): readonly boolean[] =>
  formsAt(path).map(
    (form) => ('code_challenge' in form && form.code_challenge_method === 'S256') || 'code_verifier' in form,
  );

async function signIn(): Promise<DeviceOutcome> {
  const settings = accountSettings({
    service: 'oauth',
    endpoints: {
      ...noEndpoints,
      authorizationEndpoint: `${scripted.url}/authorize`,
      tokenEndpoint: `${scripted.url}/token`,
      deviceAuthorizationEndpoint: `${scripted.url}/device`,
    },
  });
  const server = await discoverAuthorizationServer(settings, {
    fetch: fetchOf(new NodeHttp()),
    clientSecret: undefined,
  });
  const authorization = await requestDeviceCode(server, new URL(`${scripted.url}/device`), settings);
  const clock = new HastyClock();
  return await pollForTokens(server, authorization, {
    clock,
    signal: new AbortController().signal,
    deadline: clock.uptime() + 600,
    clockSkew: undefined,
    onTrouble: () => undefined,
  });
}

describe('the device sign-in at a server', () => {
  it('that demands PKCE of every client proves the verifier with each poll', async () => {
    device = (form) =>
      form.code_challenge === undefined
        ? refusal('invalid_request', 'Missing parameter: code_challenge')
        : { body: code };
    let rounds = 0;
    poll = (form) => {
      const proven = challengeOf(form.code_verifier ?? '') === formsAt('/device')[0]?.code_challenge;
      if (!proven) return refusal('invalid_grant', 'PKCE verification failed');
      rounds += 1;
      return rounds === 1 ? refusal('authorization_pending') : { body: tokens };
    };
    expect(await signIn()).toMatchObject({ kind: 'granted' });
    expect([challenged('/device'), challenged('/token')]).toEqual([[true], [true, true]]);
  });

  it('that refuses what it does not know is asked once without a challenge, and gets no verifier', async () => {
    device = (form) =>
      form.code_challenge === undefined
        ? { body: code }
        : refusal('invalid_request', 'unknown parameter code_challenge');
    expect(await signIn()).toMatchObject({ kind: 'granted' });
    expect([challenged('/device'), challenged('/token')]).toEqual([[true, false], [false]]);
  });

  it.each(['invalid_request', 'invalid_grant'])(
    'that answers a verifier with %s is asked without one from the next poll on',
    async (error) => {
      let rounds = 0;
      poll = (form) => {
        if (form.code_verifier !== undefined) return refusal(error);
        rounds += 1;
        return rounds === 1 ? refusal('authorization_pending') : { body: tokens };
      };
      expect(await signIn()).toMatchObject({ kind: 'granted' });
      expect(challenged('/token')).toEqual([true, false, false]);
    },
  );

  it('whose refusal is about something else is told in the words of its first answer', async () => {
    device = (form) =>
      refusal('invalid_request', form.code_challenge === undefined ? 'no challenge' : 'scope is twice there');
    await expect(signIn()).rejects.toMatchObject({ failure: { description: 'scope is twice there' } });
    expect(challenged('/device')).toEqual([true, false]);
  });

  it.each([
    [refusal('invalid_scope'), 'invalid_scope'],
    [{ status: 503, body: { error: 'invalid_request' } }, 'invalid_request'],
  ])('that says %j is not asked again', async (answer, error) => {
    device = () => answer;
    await expect(signIn()).rejects.toMatchObject({ failure: { error } });
    expect(formsAt('/device')).toHaveLength(1);
  });

  it('that says the code is dead ends the sign-in at the second poll', async () => {
    poll = () => refusal('invalid_grant');
    await expect(signIn()).rejects.toMatchObject({ failure: { error: 'invalid_grant' } });
    expect(challenged('/token')).toEqual([true, false]);
  });
});
