import type { Account } from '../accounts/account.ts';
import { secondsLeft } from '../accounts/token-age.ts';
import type { TokenRecord } from '../accounts/token-record.ts';
import type { Clock } from '../ports.ts';
import type { Secret } from '../secret.ts';

interface Former {
  readonly token: Secret;
  /** `Clock.uptime()` up to which the server promised it. */
  readonly endsAt: number;
  readonly signedInAt: number;
}

// A server that rounds may end a token a little before the end it named. Seconds.
const rounding = 5;

/** Each account's access token that the last refresh replaced: tools may go on with it until its own end. */
export class FormerTokens {
  readonly #clock: Clock;
  readonly #former = new Map<string, Former>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A refresh has brought another access token than that of `before`. */
  replaced({ id }: Account, before: TokenRecord): void {
    // Without a lifetime nothing was promised.
    if (before.lifetime === undefined) return void this.#former.delete(id);
    const endsAt = this.#clock.uptime() + secondsLeft(before, this.#clock) - rounding;
    this.#former.set(id, { token: before.accessToken, endsAt, signedInAt: before.signedInAt });
  }

  /** Whether `token` is the former one of the same sign-in, and should still be good. */
  isPromised({ id, record }: Account, token: Secret): boolean {
    const former = this.#former.get(id);
    if (former === undefined || former.signedInAt !== record?.signedInAt) return false;
    return former.token.equals(token) && this.#clock.uptime() < former.endsAt;
  }
}
