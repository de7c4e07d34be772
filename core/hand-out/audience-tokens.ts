import type { Account } from '../accounts/account.ts';
import { minimumValidity } from '../accounts/token-age.ts';
import { KeytrayError } from '../errors.ts';
import type { TokenReply } from '../oauth/token-reply.ts';
import type { Clock } from '../ports.ts';
import type { Refresher } from '../refresh/refresher.ts';
import { type HandOut, promised, type TokenNeed } from './hand-out.ts';

interface Held {
  readonly reply: TokenReply;
  /** `Clock.now()` and `Clock.uptime()` at receipt: the larger age counts. */
  readonly obtainedAt: number;
  readonly uptime: number;
  readonly generationBase: number;
}

const isPassing = (error: unknown): boolean =>
  error instanceof KeytrayError && error.code === 'temporarily_unavailable';

/** Access tokens for other audiences or scopes. In memory only: they are cheap to get again. */
export class AudienceTokens {
  readonly #refresher: Pick<Refresher, 'exchange'>;
  readonly #clock: Clock;
  readonly #held = new Map<string, Promise<Held>>();

  constructor(refresher: Pick<Refresher, 'exchange'>, clock: Clock) {
    this.#refresher = refresher;
    this.#clock = clock;
  }

  /** Throws `KeytrayError`. */
  async handOut(account: Account, need: TokenNeed): Promise<HandOut> {
    const key = JSON.stringify([account.id, need.audience ?? '', need.scope ?? '']);
    const seen = this.#held.get(key);
    const known = await seen?.catch(() => undefined);
    if (known !== undefined && !need.force && this.#fits(known, account, need)) return this.#serve(known);
    // Somebody else asked while we looked: theirs is as fresh as ours would be.
    if (this.#held.get(key) !== seen) return await this.handOut(account, { ...need, force: false });
    const asked = this.#ask(account, need);
    this.#held.set(key, asked);
    try {
      return this.#serve(await asked);
    } catch (error) {
      const valid = known !== undefined && this.#isOf(known, account) && this.#left(known) > 0;
      if (this.#held.get(key) === asked) {
        if (valid && seen !== undefined) this.#held.set(key, seen);
        else this.#held.delete(key);
      }
      const insists = need.force || need.minTtl !== undefined;
      if (valid && !insists && isPassing(error)) return this.#serve(known);
      throw error;
    }
  }

  async #ask(account: Account, need: TokenNeed): Promise<Held> {
    const reply = await this.#refresher.exchange(account, { audience: need.audience, scope: need.scope });
    return {
      reply,
      obtainedAt: this.#clock.now(),
      uptime: this.#clock.uptime(),
      generationBase: account.record?.signedInAt ?? 0,
    };
  }

  #left(held: Held): number {
    const wall = (this.#clock.now() - held.obtainedAt) / 1_000;
    return (held.reply.expiresIn ?? 3_600) - Math.max(wall, this.#clock.uptime() - held.uptime);
  }

  #fits(held: Held, account: Account, need: TokenNeed): boolean {
    return (
      this.#isOf(held, account) &&
      this.#left(held) >= minimumValidity(held.reply.expiresIn ?? 3_600, need.minTtl ?? account.settings.minValidity)
    );
  }

  /** Another sign-in means another person or grant. */
  #isOf(held: Held, account: Account): boolean {
    return held.generationBase === account.record?.signedInAt;
  }

  #serve(held: Held): HandOut {
    return {
      token: held.reply.accessToken,
      tokenType: held.reply.tokenType,
      scope: held.reply.scope,
      secondsLeft: held.reply.expiresIn === undefined ? undefined : promised(this.#left(held)),
    };
  }
}
