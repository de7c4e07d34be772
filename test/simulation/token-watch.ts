import type { Checks, Invariant } from './checks.ts';
import { type Exchange, retryAfterOf } from './replies.ts';
import { second, type World } from './world.ts';

// Clocks and timers agree to within this.
const slack = 50;

/** Watches what a broker sends: what it was told before is what it must not do. */
export class TokenWatch {
  readonly #world: World;
  readonly #checks: Checks;
  readonly #underWay = new Map<string, Set<Exchange>>();
  /** By process and account: `World.awake` until which the server wants to be left alone. */
  readonly #quietUntil = new Map<string, number>();
  /** By process and refresh token: how often the process was told that it is dead. */
  readonly #toldDead = new Map<string, number>();
  /** By server: `World.awake` of the last request that brought nothing, and until when it wants to be left alone. */
  readonly #failed = new Map<number, number>();
  /** Refresh tokens that a record in the keychain has given up. */
  readonly #givenUp = new Set<string>();

  constructor(world: World, checks: Checks) {
    this.#world = world;
    this.#checks = checks;
  }

  sent(exchange: Exchange): void {
    const { life, account, token } = exchange;
    const { time, awake } = this.#world;
    const violated = (invariant: Invariant, what: string): void =>
      this.#checks.violated(invariant, time, account.id, what);
    this.#checks.count(token === undefined ? 'other requests' : 'token requests');
    const early = (this.#quietUntil.get(`${life.serial} ${account.id}`) ?? 0) - awake;
    if (early > slack) violated('request during Retry-After', `${(early / second).toFixed(1)} s too early`);
    if (token === undefined) return;
    const others = this.#underWay.get(account.id) ?? new Set();
    this.#underWay.set(account.id, others.add(exchange));
    if ([...others].some((other) => other !== exchange && other.life.alive())) {
      violated('two refreshes of an account at a time', token);
    }
    if ((this.#toldDead.get(`${life.serial} ${token}`) ?? 0) >= 2) violated('dead token sent again', token);
    if (this.#givenUp.has(token)) violated('dead token sent again', `${token}, given up in the keychain`);
  }

  answered({ life, account, token, refused }: Exchange, response: Response): void {
    const retryAfter = retryAfterOf(response);
    const worked =
      refused !== true && response.status === 200 && response.headers.get('content-type') === 'application/json';
    const key = `${life.serial} ${account.id}`;
    if (!worked) this.failed(account.server.index, retryAfter);
    if (retryAfter === undefined) this.#quietUntil.delete(key);
    else this.#quietUntil.set(key, this.#world.awake + retryAfter * second);
    const told = `${life.serial} ${token}`;
    if (response.status === 400) this.#toldDead.set(told, (this.#toldDead.get(told) ?? 0) + 1);
    // A token that was taken was not dead, whatever was said of it before.
    else if (worked) this.#toldDead.delete(told);
  }

  ended(exchange: Exchange): void {
    const underWay = this.#underWay.get(exchange.account.id);
    underWay?.delete(exchange);
    if (underWay?.size === 0) this.#underWay.delete(exchange.account.id);
  }

  failed(server: number, retryAfter = 0): void {
    const until = this.#world.awake + retryAfter * second;
    this.#failed.set(server, Math.max(until, this.#failed.get(server) ?? 0));
  }

  /** Whether a request to the server has failed not longer ago than `milliseconds` of the machine's time. */
  failedWithin(server: number, milliseconds: number): boolean {
    return this.#world.awake - (this.#failed.get(server) ?? Number.NEGATIVE_INFINITY) < milliseconds;
  }

  gaveUp(token: string): void {
    this.#givenUp.add(token);
  }

  /** Whether anybody waits for a server's answer about the account. */
  busy(account: string): boolean {
    return this.#underWay.has(account);
  }
}
