import type { TokenRequest } from '../../core/wire/schemas.ts';
import type { SimulatedAccount } from './accounts.ts';
import type { AuthorizationFleet, Issue } from './authorization-fleet.ts';
import type { Checks } from './checks.ts';
import { hour, minute, second, type World } from './world.ts';

interface Use {
  /** The last call of anybody, and the last that would not take a token of any age. */
  called: number;
  insisted: number;
}

/** Requests take a while, and so does a call that waits for one. */
const slack = minute;

/** What is planned with where a program does not tell the end of its token. */
const assumedLife = 375 * second;
/** What the service of `aws_identity` wants a token to have left. */
const wantedOfProof = 300 * second;

/**
 * When a token may be asked for again that no refresh token pays for: such requests are counted and billed. At the
 * larger of 300 s and 5 % of the life, never before half of it, and only while somebody uses the account; sooner where
 * a caller insists, or the service wants more left. A program is run for a caller only, once what it printed is old.
 */
export class ClientRule {
  readonly #world: World;
  readonly #checks: Checks;
  readonly #fleet: AuthorizationFleet;
  readonly #uses = new Map<string, Use>();
  /** By account: when what was had before was given up for good cause. */
  readonly #forgotten = new Map<string, number>();
  #begun = 0;

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

  /** What was kept in memory only is gone. */
  restarted(): void {
    this.#begun = this.#world.time;
  }

  /** The account was signed in to anew. */
  signedIn({ id }: SimulatedAccount): void {
    this.#forgotten.set(id, this.#world.time);
  }

  requested(account: SimulatedAccount): void {
    const { id, grant, lifetime } = account;
    const { time } = this.#world;
    const { called, insisted } = this.#uses.get(id) ?? { called: Number.NEGATIVE_INFINITY, insisted: 0 };
    const violated = (what: string): void => this.#checks.violated('a client asked too often', time, id, what);
    if (grant === 'api_key') violated('for a key that nothing renews');
    const unused = grant === 'command' ? 0 : Math.max(hour, 2 * lifetime);
    if (time - called > unused + slack) violated('nobody uses the account');
    const last = this.#fleet.lastOfClient(id);
    if (last === undefined || !last.stored || time - insisted < slack || last.at < this.#keptSince(account)) return;
    const early = endOf(account, last) - time - marginOf(account);
    if (early > 2 * second) violated(`${(early / second).toFixed(1)} s too early`);
  }

  #keptSince({ id, grant, subject }: SimulatedAccount): number {
    const signedIn = this.#forgotten.get(subject?.id ?? id) ?? 0;
    return grant === 'command' ? Math.max(this.#begun, signedIn) : signedIn;
  }
}

const endOf = ({ tellsEnd }: SimulatedAccount, { at, expiresAt }: Issue): number =>
  tellsEnd ? expiresAt : at + assumedLife;

/** Milliseconds before its end from which a token may be replaced. */
function marginOf({ grant, lifetime, tellsEnd }: SimulatedAccount): number {
  if (grant === 'command') return Math.min(300 * second, 0.2 * (tellsEnd ? lifetime : assumedLife));
  const ahead = Math.min(1.1 * Math.max(300 * second, 0.05 * lifetime), lifetime / 2);
  return grant === 'aws_identity' ? Math.max(ahead, Math.min(wantedOfProof, 0.8 * lifetime)) : ahead;
}
