import type { Notice } from '../../core/ports.ts';
import { type SimulatedAccount, untilKeyEnds } from './accounts.ts';
import type { Checks } from './checks.ts';
import type { LossVerdict } from './losses.ts';
import type { Random } from './random.ts';
import type { SimulatedKeychain } from './simulated-keychain.ts';
import { day, hour, minute, type World } from './world.ts';

export interface PeopleOptions {
  readonly world: World;
  readonly checks: Checks;
  readonly random: Random;
  readonly keychain: SimulatedKeychain;
  readonly accounts: ReadonlyMap<string, SimulatedAccount>;
  readonly judge: (account: SimulatedAccount) => LossVerdict;
  /** False where it cannot be done now. */
  readonly signIn: (account: SimulatedAccount) => boolean;
}

/** The person: is told of things, and signs in again where a login is lost. */
export class People {
  readonly #options: PeopleOptions;
  /** Accounts whose login need not have been lost. */
  readonly #wronged = new Set<string>();

  constructor(options: PeopleOptions) {
    this.#options = options;
  }

  /** The broker says that only a sign-in helps. */
  askedToSignIn(account: SimulatedAccount): void {
    if (account.lost) return;
    const { world, checks, random, judge } = this.#options;
    account.lost = true;
    const { kind, why } = judge(account);
    if (kind === 'avoidable') {
      this.#wronged.add(account.id);
      checks.violated('avoidable login', world.time, account.id, `${why} (${account.server.rotation} server)`);
    } else checks.lost(why);
    this.#signInLater(account, random.spread(minute, 2 * hour));
  }

  shown({ id, title }: Notice): void {
    const { world, checks, accounts } = this.#options;
    checks.count('notices');
    const account = accounts.get(id.slice(id.indexOf(':') + 1));
    if (id.startsWith('sign-in:') && account !== undefined) this.askedToSignIn(account);
    if (!this.#called(id, account)) checks.violated('false notice', world.time, account?.id ?? '-', title);
  }

  /** Whether there is something for a person to do. */
  #called(id: string, account: SimulatedAccount | undefined): boolean {
    if (id === 'keychain-locked') return this.#options.keychain.trouble === 'locked';
    if (id.startsWith('key-ends:')) return account !== undefined && endsSoon(account, this.#options.world);
    return id.startsWith('sign-in:') && account !== undefined && !this.#wronged.has(account.id);
  }

  #signInLater(account: SimulatedAccount, delay: number): void {
    const { world, signIn } = this.#options;
    world.at(world.time + delay, () => {
      if (!signIn(account)) return this.#signInLater(account, 10 * minute);
      account.lost = false;
      this.#wronged.delete(account.id);
    });
  }
}

/** The first reminder comes 14 days before the end of a key that lives at least twice as long. */
function endsSoon(account: SimulatedAccount, world: World): boolean {
  const { keyLife = 0 } = account;
  const first = [14, 3].find((days) => keyLife >= 2 * days * day) ?? 0;
  return untilKeyEnds(account, world) <= first * day;
}
