import { describe, expect, it } from 'vitest';
import { Account } from '../../../core/accounts/account.ts';
import { ServerDirectory } from '../../../core/accounts/server-directory.ts';
import { OAuthFailure } from '../../../core/oauth/oauth-failure.ts';
import { MemoryStore } from '../../../core/stores/memory-store.ts';
import { accountSettings } from '../../support/authorization-server.ts';
import { ManualClock } from '../../support/manual-clock.ts';

/** A server that gives one answer after another. */
function directoryOf(answers: readonly Response[]) {
  const clock = new ManualClock();
  const left = [...answers];
  const asked: string[] = [];
  const http = {
    fetchFor: () => async (_address: unknown, init?: RequestInit) => {
      asked.push(init?.method ?? 'GET');
      const answer = left.shift();
      if (answer === undefined) throw new TypeError('fetch failed');
      return answer;
    },
  };
  const settings = accountSettings({
    endpoints: {
      ...accountSettings().endpoints,
      authorizationEndpoint: 'https://login.lab.example/authorize',
      tokenEndpoint: 'https://login.lab.example/token',
    },
  });
  const account = new Account(settings, { store: new MemoryStore(), clock, changed: () => undefined });
  const directory = new ServerDirectory(http, clock);
  const prove = async (): Promise<void> => directory.proveReachable(account, await directory.of(account));
  return { directory, prove, asked };
}

describe('the proof that a server is there', () => {
  it('is asked for after a sleep only, and once', async () => {
    const { directory, prove, asked } = directoryOf([new Response(null, { status: 405 })]);
    await prove();
    expect(asked).toEqual([]);
    directory.doubt();
    await prove();
    await prove();
    expect(asked).toEqual(['HEAD']);
  });

  it('is any answer but one that wants to be left alone for a while', async () => {
    const busy = new Response(null, { status: 503, headers: { 'retry-after': '40' } });
    const { directory, prove, asked } = directoryOf([busy, new Response(null, { status: 503 })]);
    directory.doubt();
    const failure = await prove().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OAuthFailure);
    expect(failure).toMatchObject({ retryAfter: 40 });
    await prove();
    expect(asked).toEqual(['HEAD', 'HEAD']);
  });

  it('is not had from a network that leads nowhere', async () => {
    const { directory, prove } = directoryOf([]);
    directory.doubt();
    await expect(prove()).rejects.toBeInstanceOf(OAuthFailure);
  });
});
