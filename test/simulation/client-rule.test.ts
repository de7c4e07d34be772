import { describe, expect, it } from 'vitest';
import type { GrantKind } from '../../core/services/grant.ts';
import { makeAccounts, type SimulatedAccount } from './accounts.ts';
import { AuthorizationFleet } from './authorization-fleet.ts';
import { Checks } from './checks.ts';
import { ClientRule } from './client-rule.ts';
import { hour, minute, second, World } from './world.ts';

/** The rule alone, told of calls and requests as a broker without one would make them. */
class Scene {
  readonly world = new World();
  readonly checks = new Checks();
  readonly fleet = new AuthorizationFleet(5);
  readonly rule = new ClientRule(this.world, this.checks, this.fleet);
  readonly account: SimulatedAccount;

  constructor(grant: GrantKind, lifetime: number = hour) {
    const found = makeAccounts(500, this.fleet).find(
      (account) => account.grant === grant && account.lifetime === lifetime,
    );
    if (found === undefined) throw new RangeError(`no ${grant} of ${lifetime} ms`);
    this.account = found;
  }

  async at(time: number): Promise<void> {
    await this.world.run(time);
  }

  call(request: { readonly force?: boolean } = {}): void {
    this.rule.called(this.account, request);
  }

  /** A request, and the token it brings. */
  request(): void {
    this.rule.requested(this.account);
    const { id, server, lifetime } = this.account;
    this.fleet.give(id, server, lifetime, this.world.time).issue.stored = true;
  }

  get found(): readonly string[] {
    return this.checks.of('a client asked too often').samples.map((sample) => sample.replace(/^.*: /, ''));
  }
}

const ahead: readonly GrantKind[] = ['client_credentials', 'aws_identity', 'token_exchange'];

describe('the rule of tokens that are asked for again', () => {
  it.each(ahead)('lets %s ask at 300 s before the end of an hour', async (grant) => {
    const scene = new Scene(grant);
    scene.call();
    scene.request();
    await scene.at(hour - 320 * second);
    scene.call();
    scene.request();
    expect(scene.found).toEqual([]);
  });

  it.each(ahead)('finds %s that asks earlier', async (grant) => {
    const scene = new Scene(grant);
    scene.call();
    scene.request();
    await scene.at(hour - 10 * minute);
    scene.call();
    scene.request();
    expect(scene.found).toEqual(['270.0 s too early']);
  });

  it('lets a caller insist', async () => {
    const scene = new Scene('client_credentials');
    scene.call();
    scene.request();
    await scene.at(minute);
    scene.call({ force: true });
    scene.request();
    expect(scene.found).toEqual([]);
  });

  it.each(ahead)('finds %s that asks for an account that nobody uses', async (grant) => {
    const scene = new Scene(grant);
    scene.call();
    scene.request();
    await scene.at(3 * hour);
    scene.request();
    expect(scene.found).toEqual(['nobody uses the account']);
  });

  it('finds a program that is run though nobody asks', async () => {
    const scene = new Scene('command');
    scene.call();
    scene.request();
    await scene.at(hour - minute);
    scene.request();
    expect(scene.found).toEqual(['nobody uses the account']);
  });

  it('finds a program that is run again before five minutes, where it tells no end', async () => {
    const scene = new Scene('command', 8 * hour);
    expect(scene.account.tellsEnd).toBe(false);
    scene.call();
    scene.request();
    await scene.at(200 * second);
    scene.call();
    scene.request();
    expect(scene.found).toEqual(['100.0 s too early']);
    await scene.at(201 * second);
    scene.rule.restarted();
    scene.call();
    scene.request();
    expect(scene.found).toHaveLength(1);
  });

  it('lets a token of another sign-in go', async () => {
    const scene = new Scene('token_exchange');
    scene.call();
    scene.request();
    await scene.at(minute);
    if (scene.account.subject !== undefined) scene.rule.signedIn(scene.account.subject);
    scene.call();
    scene.request();
    expect(scene.found).toEqual([]);
  });

  it('finds any request for a key', () => {
    const scene = new Scene('api_key');
    scene.call();
    scene.request();
    expect(scene.found).toEqual(['for a key that nothing renews']);
  });
});
