import type { Printed, Programs } from '../../core/ports.ts';
import { Secret } from '../../core/secret.ts';
import type { SimulatedAccount } from './accounts.ts';
import type { AuthorizationFleet } from './authorization-fleet.ts';
import type { Checks } from './checks.ts';
import type { ClientRule } from './client-rule.ts';
import type { FaultKind, Faults } from './faults.ts';
import type { Life } from './life.ts';
import type { Random } from './random.ts';
import type { Exchange } from './replies.ts';
import { never } from './simulated-keychain.ts';
import type { TokenWatch } from './token-watch.ts';
import { second, type World } from './world.ts';

export interface ProgramOptions {
  readonly life: Life;
  readonly world: World;
  readonly fleet: AuthorizationFleet;
  readonly faults: Faults;
  readonly checks: Checks;
  readonly random: Random;
  readonly accounts: readonly SimulatedAccount[];
  readonly watch: TokenWatch;
  readonly clients: ClientRule | undefined;
}

// What the broker gives a program.
const longestRun = 10 * second;
/** A program that keeps its own login lives through these. */
const harmless: ReadonlySet<FaultKind> = new Set(['reply_lost', 'lying', 'slow']);

/** Programs that print tokens: one for each account of `command`, which its arguments name. */
export class SimulatedPrograms implements Programs {
  readonly #options: ProgramOptions;

  constructor(options: ProgramOptions) {
    this.#options = options;
  }

  async print([, id]: readonly string[]): Promise<Printed> {
    const { accounts, clients, life, watch } = this.#options;
    const account = accounts.find((each) => each.id === id);
    if (account === undefined) return { kind: 'not_found' };
    const exchange: Exchange = { life, account, token: `command ${account.id}` };
    clients?.requested(account);
    watch.sent(exchange);
    try {
      const printed = await this.#run(account);
      if (!life.alive()) return await never();
      if (printed.kind !== 'printed') watch.failed(account.server.index);
      return printed;
    } finally {
      watch.ended(exchange);
    }
  }

  async #run(account: SimulatedAccount): Promise<Printed> {
    const { checks, faults, fleet, random, world } = this.#options;
    const outage = faults.at(account.server.index);
    if (outage !== undefined && !harmless.has(outage.kind)) {
      await world.work(longestRun);
      return { kind: 'late' };
    }
    await world.work(random.spread(50, 2 * second));
    const { access, issue, lifetime } = fleet.give(account.id, account.server, account.lifetime, world.time);
    // It is kept nowhere.
    issue.stored = true;
    checks.count('token requests answered with tokens');
    const text = account.tellsEnd ? JSON.stringify({ access_token: access, expires_in: lifetime }) : access;
    return { kind: 'printed', text: new Secret(text) };
  }
}
