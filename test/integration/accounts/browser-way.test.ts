import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type BrowserWay,
  notOpenPage,
  openBrowserWay,
  type RedirectAnswer,
} from '../../../core/accounts/browser-way.ts';
import { discoverAuthorizationServer } from '../../../core/oauth/authorization-server.ts';
import { NodeHttp } from '../../../core/oauth/node-http.ts';
import type { AccountSettings } from '../../../core/services/service.ts';
import { accountSettings, fetchOf, noEndpoints } from '../../support/authorization-server.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const settings = (more: Partial<AccountSettings> = {}) =>
  accountSettings({
    title: 'Lab (work)',
    endpoints: {
      ...noEndpoints,
      authorizationEndpoint: 'http://127.0.0.1:1/authorize',
      tokenEndpoint: 'http://127.0.0.1:1/token',
    },
    ...more,
  });

describe('the way through the browser', () => {
  let clock: ManualClock;
  let answered: RedirectAnswer[];
  let way: BrowserWay;
  let expired: boolean;
  beforeEach(async () => {
    clock = new ManualClock();
    answered = [];
    expired = false;
    const server = await discoverAuthorizationServer(settings(), {
      fetch: fetchOf(new NodeHttp()),
      clientSecret: undefined,
    });
    way = await openBrowserWay({
      server,
      settings: settings(),
      clock,
      loginHint: 'ada',
      answer: async (_way, verdict) => {
        answered.push(verdict);
        return { kind: 'failed', title: 'Lab (work)', what: 'The test says so.' };
      },
    });
    void way.expired.then(() => {
      expired = true;
    });
  });
  afterEach(() => way.stop());

  const asked = () => way.invitation.authorizationUrl.searchParams;
  const redirect = (parameters: Readonly<Record<string, string>>): URL => {
    const url = new URL(asked().get('redirect_uri') ?? '');
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url;
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  it('invites for five minutes, naming who is expected', () => {
    expect(way.invitation.expiresAt).toBe(clock.now() + 300_000);
    expect(asked().get('login_hint')).toBe('ada');
    expect(asked().get('state')).toBe(way.authorization.state.reveal());
  });

  it('ends when nobody came in time', async () => {
    clock.advance(299_999);
    await settle();
    expect(expired).toBe(false);
    clock.advance(1);
    await expect.poll(() => expired).toBe(true);
    await expect(fetch(redirect({}))).rejects.toThrow();
  });

  it('that is given up does not count as expired', async () => {
    await way.stop();
    clock.advance(300_000);
    await settle();
    expect(expired).toBe(false);
  });

  it('takes the answer that carries its state, and shows what became of it', async () => {
    const stray = await fetch(redirect({ code: 'c', state: 'another' }));
    expect([stray.status, answered]).toEqual([404, []]);
    const page = await fetch(redirect({ code: 'c', state: way.authorization.state.reveal() }));
    expect(await page.text()).toContain('The test says so.');
    expect(answered).toMatchObject([{ kind: 'answer' }]);
    await settle();
    expect(expired).toBe(false);
  });
});

it('gives its port back where the request cannot be made', async () => {
  const server = await discoverAuthorizationServer(settings(), {
    fetch: fetchOf(new NodeHttp()),
    clientSecret: undefined,
  });
  const clock = new ManualClock();
  const opened = openBrowserWay({
    server: {
      ...server,
      get configuration(): never {
        throw new Error('no such client');
      },
    },
    settings: settings(),
    clock,
    loginHint: undefined,
    answer: async () => expect.unreachable(),
  });
  await expect(opened).rejects.toThrow('no such client');
  // The deadline of the listener went with it.
  expect(clock.untilNextTimer).toBeUndefined();
});

it('says of a sign-in that is over that it is', () => {
  expect(notOpenPage('Lab')).toEqual({ kind: 'failed', title: 'Lab', what: 'This sign-in is no longer open.' });
});
