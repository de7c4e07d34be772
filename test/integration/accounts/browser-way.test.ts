import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NodeHttp } from '../../../core/http/node-http.ts';
import type { Authorization } from '../../../core/oauth/authorization-request.ts';
import { discoverAuthorizationServer } from '../../../core/oauth/authorization-server.ts';
import type { AccountSettings } from '../../../core/services/service.ts';
import {
  type Answered,
  type BrowserSignIn,
  type BrowserSignInOptions,
  notOpenPage,
  openBrowserSignIn,
} from '../../../core/sign-in/browser.ts';
import { followForms } from '../../../demo/built-in-user-agent.ts';
import { accountSettings, fetchOf, noEndpoints } from '../../support/authorization-server.ts';
import { MemoryLogger } from '../../support/broker-socket.ts';
import { kernelPeers } from '../../support/loopback-peers.ts';
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
  let answered: Answered[];
  let elsewhere: Answered[];
  let way: BrowserSignIn;
  let address: Authorization;
  let expired: boolean;
  beforeEach(async () => {
    clock = new ManualClock();
    answered = [];
    elsewhere = [];
    expired = false;
    const server = await discoverAuthorizationServer(settings(), {
      fetch: fetchOf(new NodeHttp()),
      clientSecret: undefined,
    });
    way = await openBrowserSignIn({
      server,
      settings: settings(),
      clock,
      logger: new MemoryLogger(),
      peers: kernelPeers,
      loginHint: 'ada',
      first: 'address',
      answer: async (_way, arrived) => {
        answered.push(arrived);
        return { kind: 'failed', title: 'Lab (work)', what: 'The test says so.' };
      },
      fromElsewhere: (_way, arrived) => elsewhere.push(arrived),
      refused: () => undefined,
      strayed: () => undefined,
      troubled: () => undefined,
    });
    ({ request: address } = await way.begin('address'));
    void way.expired.then(() => {
      expired = true;
    });
  });
  afterEach(() => way.stop());

  const asked = () => address.parameters;
  const redirect = (parameters: Readonly<Record<string, string>>): URL => {
    const url = new URL(asked().get('redirect_uri') ?? '');
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url;
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  it('invites for five minutes, naming who is expected', () => {
    expect(way.invitation.expiresAt).toBe(clock.now() + 300_000);
    expect(asked().get('login_hint')).toBe('ada');
    expect(asked().get('state')).toBe(address.state.reveal());
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

  it('has a start address only once a browser is to be opened, and a request of its own behind it', async () => {
    expect(way.invitation.startUrl).toBeUndefined();
    const begun = await way.begin('start');
    const { request: started } = begun;
    expect(await way.begin('start')).toBe(begun);
    expect((await way.begin('address')).request).toBe(address);
    expect(started.state.equals(address.state)).toBe(false);
    expect(started.codeVerifier.equals(address.codeVerifier)).toBe(false);
    expect(started.redirectUri).toBe(address.redirectUri);
    const visited = await followForms(way.invitation.startUrl ?? '', { login: '', stopAt: () => true });
    expect(visited.url.href).toBe((await begun.address.take()).url.href);
  });

  it('demands the cookie of what was begun at the start address, and of nothing else', async () => {
    const { state } = (await way.begin('start')).request;
    const page = await fetch(redirect({ code: 'c', state: state.reveal() }));
    expect(await page.text()).toContain('begun in another browser or profile');
    expect([answered, elsewhere.length]).toEqual([[], 1]);
    await fetch(redirect({ code: 'c', state: address.state.reveal() }));
    expect(answered).toMatchObject([{ begunAt: 'address' }]);
  });

  it('takes the answer that carries its state, and shows what became of it', async () => {
    const stray = await fetch(redirect({ code: 'c', state: 'another' }));
    expect([stray.status, answered]).toEqual([404, []]);
    const page = await fetch(redirect({ code: 'c', state: address.state.reveal() }));
    expect(await page.text()).toContain('The test says so.');
    expect(answered).toMatchObject([{ begunAt: 'address', answer: { kind: 'answer' }, request: address }]);
    await settle();
    expect(expired).toBe(false);
  });
});

it('gives its port back where the request cannot be made', async () => {
  const { endpoints } = settings();
  const nobodyThere = settings({
    endpoints: { ...endpoints, pushedAuthorizationRequestEndpoint: 'http://127.0.0.1:1/par' },
  });
  const server = await discoverAuthorizationServer(nobodyThere, {
    fetch: fetchOf(new NodeHttp()),
    clientSecret: undefined,
  });
  const clock = new ManualClock();
  const opened = openBrowserSignIn({
    server,
    settings: nobodyThere,
    clock,
    logger: new MemoryLogger(),
    peers: kernelPeers,
    loginHint: undefined,
    first: 'start',
    answer: async () => expect.unreachable(),
    fromElsewhere: () => expect.unreachable(),
    refused: () => undefined,
    strayed: () => expect.unreachable(),
    troubled: () => expect.unreachable(),
  } satisfies BrowserSignInOptions);
  await expect(opened).rejects.toThrow('does not accept connections');
  // The deadline of the listener went with it.
  expect(clock.untilNextTimer).toBeUndefined();
});

it('says of a sign-in that is over that it is', () => {
  expect(notOpenPage('Lab')).toEqual({ kind: 'failed', title: 'Lab', what: 'This sign-in is no longer open.' });
});
