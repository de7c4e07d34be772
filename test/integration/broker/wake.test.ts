import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NodeHttp } from '../../../core/http/node-http.ts';
import type { Fetch, Http, TlsSettings } from '../../../core/ports.ts';
import { caller, failureOf, type Laboratory, startLaboratory } from '../../support/broker.ts';

/** The real way to the server, which can be cut; notes what was tried. */
class CutHttp implements Http {
  cut = false;
  readonly tried: string[] = [];
  readonly #http = new NodeHttp();

  fetchFor(tls: TlsSettings): Fetch {
    const real = this.#http.fetchFor(tls);
    return async (input, init) => {
      this.tried.push(init?.method ?? 'GET');
      if (this.cut)
        throw new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ENETUNREACH' }) });
      return await real(input, init);
    };
  }
}

describe('after a sleep', () => {
  let lab: Laboratory;
  let http: CutHttp;

  beforeEach(async () => {
    http = new CutHttp();
    lab = await startLaboratory({ server: { accessTokenTtl: 1_800 }, parts: { http } });
    expect(await lab.signIn()).toMatchObject({ state: 'succeeded' });
    http.tried.length = 0;
  });
  afterEach(() => lab.close());

  it('no refresh token is spent before the server has answered anything', async () => {
    lab.clock.skip(1_900_000);
    lab.broker.woken();
    http.cut = true;
    expect((await failureOf(lab.broker.token('lab', {}, caller))).code).toBe('temporarily_unavailable');
    expect(http.tried).toEqual(['HEAD']);
    http.cut = false;
    expect(await lab.broker.token('lab', { force: true }, caller)).toMatchObject({ account: 'lab' });
    expect(http.tried).toEqual(['HEAD', 'HEAD', 'POST']);
    expect(lab.refreshes()).toBe(1);
  });

  it('the server is asked once, and then trusted until the next', async () => {
    lab.broker.woken();
    await lab.broker.token('lab', { force: true }, caller);
    await lab.broker.token('lab', { force: true }, caller);
    expect(http.tried).toEqual(['HEAD', 'POST', 'POST']);
  });

  it('a caller with a valid token is served at once', async () => {
    lab.broker.woken();
    http.cut = true;
    expect(await lab.broker.token('lab', {}, caller)).toMatchObject({ account: 'lab' });
    expect(http.tried).toEqual([]);
  });
});
