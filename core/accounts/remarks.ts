import type { ClientAuthMethod } from '../services/service.ts';
import type { Move } from './origins.ts';

/** What was noticed about an account that works: the person should know, and no caller is kept from a token. */
export class Remarks {
  #move: Move | undefined;
  #otherPerson = false;
  #clientAuth: ClientAuthMethod | 'none' | undefined;
  #refreshRevokesAccess = false;
  #restingUntil: number | undefined;
  #brokenRotation: string | undefined;
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** The server has moved since the sign-in; its tokens go on at the old host. */
  get move(): Move | undefined {
    return this.#move;
  }

  /** The last refresh brought an ID token of another person, which was dropped. */
  get otherPerson(): boolean {
    return this.#otherPerson;
  }

  /** How the client authenticates at the server; undefined while neither was asked. */
  get clientAuth(): ClientAuthMethod | 'none' | undefined {
    return this.#clientAuth;
  }

  /** Until when the service wants to be left alone, in `Clock.monotonic()` milliseconds; undefined where it does not. */
  get restingUntil(): number | undefined {
    return this.#restingUntil;
  }

  /** The key whose rotation began and has not ended. */
  get brokenRotation(): string | undefined {
    return this.#brokenRotation;
  }

  noteBrokenRotation(key: string | undefined): void {
    if (this.#brokenRotation === key) return;
    this.#brokenRotation = key;
    this.#changed();
  }

  noteRest(until: number | undefined): void {
    if (this.#restingUntil === until) return;
    this.#restingUntil = until;
    this.#changed();
  }

  noteClientAuth(method: ClientAuthMethod | 'none'): void {
    if (this.#clientAuth === method) return;
    this.#clientAuth = method;
    this.#changed();
  }

  /** A refresh has ended the access token in use before its time. */
  get refreshRevokesAccess(): boolean {
    return this.#refreshRevokesAccess;
  }

  noteRefreshRevokesAccess(): void {
    if (this.#refreshRevokesAccess) return;
    this.#refreshRevokesAccess = true;
    this.#changed();
  }

  noteMove(move: Move | undefined): void {
    if (this.#move?.from === move?.from && this.#move?.to === move?.to) return;
    this.#move = move;
    this.#changed();
  }

  noteOtherPerson(otherPerson: boolean): void {
    if (this.#otherPerson === otherPerson) return;
    this.#otherPerson = otherPerson;
    this.#changed();
  }

  /** A new sign-in is at the server as it is now. */
  clear(): void {
    this.#move = undefined;
    this.#otherPerson = false;
    this.#restingUntil = undefined;
  }

  /** The account is of another client or server by now. */
  unlearn(): void {
    this.#clientAuth = undefined;
    this.#refreshRevokesAccess = false;
  }
}
