import { beforeEach, describe, expect, it } from 'vitest';
import type { ServiceRequest } from '../../../core/credentials/api-keys/provider.ts';
import { callService, RateLimited } from '../../../core/credentials/service-call.ts';
import { NothingSent } from '../../../core/http/nothing-sent.ts';
import type { Fetch } from '../../../core/ports.ts';
import { Secret } from '../../../core/secret.ts';
import { row } from '../../rows/row.ts';
import { ManualClock } from '../../support/manual-clock.ts';

let clock: ManualClock;
let asked: string[];
let answers: (Response | Error)[];

const fetch: Fetch = async (input) => {
  asked.push(String(input));
  const answer = answers.shift() ?? new Response('{}');
  if (answer instanceof Error) throw answer;
  return answer;
};

/** Waits between tries are over at once; `waited` has them in seconds. */
async function call(request: ServiceRequest, address = 'https://api.lab.example/base/') {
  const waited: number[] = [];
  const passing = {
    ...{ now: () => clock.now(), monotonic: () => clock.monotonic(), uptime: () => clock.uptime(), bootId: '' },
    after(milliseconds: number, run: () => void) {
      // The limit on the whole call stands beside the waits.
      if (milliseconds >= 15_000) return { cancel: () => undefined };
      waited.push(milliseconds / 1_000);
      clock.advance(milliseconds);
      queueMicrotask(run);
      return { cancel: () => undefined };
    },
  };
  const headers = [{ name: 'Authorization', value: new Secret('Bearer key') }];
  const signal = new AbortController().signal;
  const done = callService({ fetch, clock: passing, address, headers, signal }, request);
  return await done.then(
    ({ status }) => ({ status, waited }),
    (failure: unknown) => ({ failure, waited }),
  );
}

const get: ServiceRequest = { method: 'GET', path: '/me' };
const make: ServiceRequest = { method: 'POST', path: '/keys', body: { name: 'ci' }, once: true };
const answer = (status: number, headers: Record<string, string> = {}) => new Response('{}', { status, headers });

beforeEach(() => {
  clock = new ManualClock();
  asked = [];
  answers = [];
});

describe('a call to a service', () => {
  it('goes below the address, and to an endpoint of metadata exactly as that is written', async () => {
    await call(get);
    await call({ method: 'GET', path: '' }, 'https://login.lab.example/o/userinfo/');
    expect(asked).toEqual(['https://api.lab.example/base/me', 'https://login.lab.example/o/userinfo/']);
  });

  it.each(['..', '.', '%2e%2e', '.%2E', '..?x', '../keys', 'keys/..'])(
    'never leads above its path: %s',
    async (name) => {
      const { failure } = { failure: undefined, ...(await call({ method: 'DELETE', path: `/keys/${name}` })) };
      expect(failure).toMatchObject({ code: 'invalid_request' });
      expect(asked).toEqual([]);
    },
  );

  it.each(['..a', '...', 'a..b', '.well-known/x', 'x?next=../y'])('may have dots in a name: %s', async (name) => {
    await call({ method: 'GET', path: `/keys/${name}` });
    expect(asked).toEqual([`https://api.lab.example/base/keys/${name}`]);
  });

  it.each([500, 503])('is tried three times after %i, a second and then two later', async (status) => {
    row('D9');
    answers = [answer(status), answer(status), answer(status)];
    expect(await call(get)).toEqual({ status, waited: [1, 2] });
    expect(asked).toHaveLength(3);
  });

  it.each([200, 301, 400, 401, 403, 404])('is made once where the answer is %i', async (status) => {
    row('D9');
    answers = [answer(status)];
    expect(await call(get)).toEqual({ status, waited: [] });
    expect(asked).toHaveLength(1);
  });

  it('waits as long as the service asks, where a caller can', async () => {
    answers = [answer(429, { 'retry-after': '4' }), answer(200)];
    expect(await call(get)).toEqual({ status: 200, waited: [4] });
  });

  it('is given up where the service asks for more than that', async () => {
    answers = [answer(429, { 'retry-after': '90' })];
    const { failure } = (await call(get)) as { failure: RateLimited };
    expect(failure).toBeInstanceOf(RateLimited);
    expect(failure).toMatchObject({ code: 'temporarily_unavailable', retryAfter: 90 });
    expect(asked).toHaveLength(1);
  });

  it('says why nobody answered', async () => {
    answers = [1, 2, 3].map(() => new NothingSent(Object.assign(new Error('no'), { code: 'ECONNREFUSED' })));
    expect(await call(get)).toMatchObject({ failure: { code: 'temporarily_unavailable' }, waited: [1, 2] });
  });
});

describe('a call that makes something', () => {
  it.each<[string, Response | Error]>([
    ['500', answer(500)],
    ['an answer that was lost', new TypeError('fetch failed')],
  ])('is not made again after %s', async (_what, first) => {
    answers = [first];
    await call(make);
    expect(asked).toHaveLength(1);
  });

  it('is made again where nothing of it was heard', async () => {
    answers = [new NothingSent(new Error('no')), answer(429), answer(201)];
    expect(await call(make)).toMatchObject({ status: 201 });
    expect(asked).toHaveLength(3);
  });
});
