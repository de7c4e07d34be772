import { beforeEach, describe, expect, it } from 'vitest';
import { Account } from '../../../core/accounts/account.ts';
import { KeytrayError } from '../../../core/errors.ts';
import { AudienceTokens } from '../../../core/hand-out/audience-tokens.ts';
import { plainNeed } from '../../../core/hand-out/hand-out.ts';
import type { TokenReply } from '../../../core/oauth/token-reply.ts';
import { Secret } from '../../../core/secret.ts';
import { MemoryStore } from '../../../core/stores/memory-store.ts';
import { accountSettings } from '../../support/authorization-server.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordAt } from '../../support/records.ts';

/** A server that numbers its tokens; `failure` is its answer while it is set, `held` keeps it from answering. */
class Exchanges {
  readonly asked: string[] = [];
  failure: Error | undefined;
  held: Promise<void> | undefined;
  expiresIn: number | undefined = 1_000;

  async exchange(_account: Account, target: { audience: string | undefined; scope: string | undefined }) {
    this.asked.push(`${target.audience ?? '-'} ${target.scope ?? '-'}`);
    const accessToken = new Secret(`token ${this.asked.length}`);
    await this.held;
    if (this.failure !== undefined) throw this.failure;
    const { expiresIn } = this;
    return { accessToken, tokenType: 'bearer', scope: 'given', expiresIn } as TokenReply;
  }
}

const passing = new KeytrayError('temporarily_unavailable', 'later');

describe('a token for another audience', () => {
  let clock: ManualClock;
  let server: Exchanges;
  let tokens: AudienceTokens;
  let account: Account;

  const signIn = (signedInAt: number) => account.commit((generation) => recordAt(clock, { generation, signedInAt }));
  const handOut = async (need: Partial<typeof plainNeed> = {}): Promise<string> => {
    const { token } = await tokens.handOut(account, { ...plainNeed, audience: 'api', ...need });
    return token.reveal();
  };

  beforeEach(async () => {
    clock = new ManualClock();
    server = new Exchanges();
    tokens = new AudienceTokens(server, clock);
    const settings = accountSettings({ issuer: 'https://login.lab.example', clientId: 'keytray' });
    account = new Account(settings, { store: new MemoryStore(), clock, changed: () => undefined });
    await account.load();
    await signIn(1);
  });

  it('is handed out as the server gave it', async () => {
    const handed = await tokens.handOut(account, { ...plainNeed, audience: 'api', scope: 'read' });
    expect(handed).toMatchObject({ tokenType: 'bearer', scope: 'given', secondsLeft: 1_000 });
    expect(server.asked).toEqual(['api read']);
    clock.advance(100_000);
    const again = await tokens.handOut(account, { ...plainNeed, audience: 'api', scope: 'read' });
    expect(again.secondsLeft).toBe(900);
    expect(again.token.reveal()).toBe('token 1');
  });

  it('is another one for each audience and scope', async () => {
    expect(await handOut()).toBe('token 1');
    expect(await handOut({ audience: 'other' })).toBe('token 2');
    expect(await handOut({ scope: 'read' })).toBe('token 3');
    expect(await handOut({ audience: undefined, scope: 'api' })).toBe('token 4');
    expect(await handOut()).toBe('token 1');
  });

  it('is had anew when little of it is left, asleep or awake', async () => {
    await handOut();
    clock.advance(800_000);
    expect(await handOut()).toBe('token 1');
    clock.advance(1_000);
    expect(await handOut()).toBe('token 2');
    clock.sleep(801_000);
    expect(await handOut()).toBe('token 3');
    clock.step(-86_400_000);
    clock.advance(801_000);
    expect(await handOut()).toBe('token 4');
  });

  it('has an hour where the server does not say, and promises none', async () => {
    server.expiresIn = undefined;
    expect((await tokens.handOut(account, { ...plainNeed, audience: 'api' })).secondsLeft).toBeUndefined();
    clock.advance(3_300_000);
    expect(await handOut()).toBe('token 1');
    clock.advance(1_000);
    expect(await handOut()).toBe('token 2');
  });

  it('is had anew for a caller who insists', async () => {
    await handOut();
    clock.advance(300_000);
    expect(await handOut({ minTtl: 700 })).toBe('token 1');
    expect(await handOut({ minTtl: 701 })).toBe('token 2');
    expect(await handOut({ force: true })).toBe('token 3');
  });

  it('is had anew after another sign-in', async () => {
    await handOut();
    await signIn(2);
    expect(await handOut()).toBe('token 2');
  });

  it('is asked for once by all who ask at once', async () => {
    server.held = Promise.resolve();
    expect(await Promise.all([handOut(), handOut(), handOut({ force: true })])).toEqual([
      'token 1',
      'token 1',
      'token 1',
    ]);
    expect(server.asked).toHaveLength(1);
  });

  it('is still good where no new one can be had, but not for who insists', async () => {
    await handOut();
    clock.advance(999_000);
    server.failure = passing;
    expect(await handOut()).toBe('token 1');
    await expect(handOut({ force: true })).rejects.toBe(passing);
    await expect(handOut({ minTtl: 10 })).rejects.toBe(passing);
    expect(await handOut()).toBe('token 1');
    clock.advance(1_000);
    await expect(handOut()).rejects.toBe(passing);
  });

  it('is not served where the trouble does not pass, nor after another sign-in', async () => {
    await handOut();
    clock.advance(900_000);
    server.failure = new KeytrayError('login_required', 'gone');
    await expect(handOut()).rejects.toMatchObject({ code: 'login_required' });
    server.failure = new Error('something else');
    await expect(handOut()).rejects.toThrow('something else');
    server.failure = passing;
    expect(await handOut()).toBe('token 1');
    await signIn(2);
    await expect(handOut()).rejects.toBe(passing);
  });

  it('can be had again after a failure', async () => {
    server.failure = passing;
    await expect(handOut()).rejects.toBe(passing);
    server.failure = undefined;
    expect(await handOut()).toBe('token 2');
  });
});
