import type { TokenRequest } from '../../core/wire/schemas.ts';
import type { SimulatedAccount } from './accounts.ts';
import type { AuthorizationFleet } from './authorization-fleet.ts';
import type { Checks } from './checks.ts';
import { hour, minute, second, type World } from './world.ts';

interface Use {
  /** The last call of anybody, and the last that would not take a token of any age. */
  called: number;
  insisted: number;
}

/** Requests take a while, and so does a call that waits for one. */
const slack = minute;

/**
 * When a client may ask for another token: such requests are counted and billed. At the larger of 300 s and 5 % of the
 * life, never before half of it, and only while somebody uses the account; sooner where a caller insists.
 */
export class ClientRule {
  readonly #world: World;
  readonly #checks: Checks;
  readonly #fleet: AuthorizationFleet;
  readonly #uses = new Map<string, Use>();

  constructor(world: World, checks: Checks, fleet: AuthorizationFleet) {
    this.#world = world;
    this.#checks = checks;
    this.#fleet = fleet;
  }

  called({ id }: SimulatedAccount, { force, min_ttl }: TokenRequest): void {
    const { time } = this.#world;
    const before = this.#uses.get(id);
    const insists = force === true || min_ttl !== undefined;
    this.#uses.set(id, { called: time, insisted: insists ? time : (before?.insisted ?? Number.NEGATIVE_INFINITY) });
  }

  requested({ id, lifetime }: SimulatedAccount): void {
    const { time } = this.#world;
    const { called, insisted } = this.#uses.get(id) ?? { called: Number.NEGATIVE_INFINITY, insisted: 0 };
    const last = this.#fleet.lastOfClient(id);
    if (last === undefined || !last.stored || time - insisted < slack) return;
    const margin = Math.min(1.1 * Math.max(300 * second, 0.05 * lifetime), lifetime / 2);
    const early = last.expiresAt - time - margin;
    const violated = (what: string): void => this.#checks.violated('a client asked too often', time, id, what);
    if (early > 2 * second) violated(`${(early / second).toFixed(1)} s too early`);
    if (time - called > Math.max(hour, 2 * lifetime) + slack) violated('nobody uses the account');
  }
}
