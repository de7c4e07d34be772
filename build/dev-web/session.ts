import { randomBytes, timingSafeEqual } from 'node:crypto';

const fresh = (): string => randomBytes(32).toString('base64url');

function same(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** What a page sends with every request; no cookie, since those are shared by all ports of this machine. */
export const sessionHeader = 'x-keytray-dev';

/** Lets one page in: the token of the printed address buys the session's key, once. */
export class DevSession {
  readonly token = fresh();
  readonly #key = fresh();
  #spent = false;

  /** The key for whoever brings the token first; nothing for anybody after. */
  redeem(token: string): string | undefined {
    if (this.#spent || !same(token, this.token)) return undefined;
    this.#spent = true;
    return this.#key;
  }

  admits(key: string | readonly string[] | undefined): boolean {
    return typeof key === 'string' && same(key, this.#key);
  }
}
