import { randomUUID } from 'node:crypto';
import type { KeytrayError } from '../errors.ts';
import type { Identity } from '../oauth/token-reply.ts';
import type { Secret } from '../secret.ts';
import type { Field } from '../services/field.ts';

/** The person's browser, which comes back to our listener. */
export interface BrowserInvitation {
  /** Leads to the authorization URL, once; undefined where Keytray was not asked to open a browser. */
  readonly startUrl: URL | undefined;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** No browser could be opened on this machine. */
export interface NoBrowser {
  /** For people, after a colon or in brackets. */
  readonly why: string;
  /** Whether the server offers a code to enter on another device. */
  readonly device: boolean;
}

/** A code to enter on any device (RFC 8628 §3.3). */
export interface DeviceInvitation {
  readonly verificationUri: URL;
  /** The same with the code in it. */
  readonly verificationUriComplete: Secret | undefined;
  readonly userCode: Secret;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** What the person is asked to enter. */
export interface InputInvitation {
  readonly fields: readonly Field[];
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Another browser than the one that began it brought the answer: who would be signed in, where the server tells. */
export interface SignInQuestion {
  readonly identity: Identity | undefined;
}

/** Where a sign-in stands. `requested`: a tool waits for it; `started`: a person is at it. */
export type LoginPhase =
  | { readonly kind: 'requested' }
  /** The ways that are open; at least one. Whichever is finished first ends the login. */
  | {
      readonly kind: 'started';
      readonly browser: BrowserInvitation | undefined;
      readonly device: DeviceInvitation | undefined;
      /** Nothing is stored before the person has said yes. */
      readonly question: SignInQuestion | undefined;
      /** What whoever waits should know although the sign-in goes on. */
      readonly note: string | undefined;
      readonly noBrowser?: NoBrowser | undefined;
      /** Then no other way is open. */
      readonly input?: InputInvitation | undefined;
    }
  | { readonly kind: 'succeeded'; readonly identity: Identity | undefined }
  | { readonly kind: 'failed'; readonly failure: KeytrayError }
  /** `note`: what became of a sign-in that another browser brought and nobody answered for. */
  | { readonly kind: 'cancelled' | 'expired'; readonly note?: string | undefined };

export type EndedLogin = Exclude<LoginPhase, { kind: 'requested' | 'started' }>;

const hasEnded = (phase: LoginPhase): phase is EndedLogin => phase.kind !== 'requested' && phase.kind !== 'started';

/** The one sign-in an account is waiting for, shared by every caller. */
export class PendingLogin {
  readonly id: string = randomUUID();
  readonly account: string;
  #phase: LoginPhase = { kind: 'requested' };
  readonly #changed: (login: PendingLogin) => void;
  readonly #ended = Promise.withResolvers<EndedLogin>();

  constructor(account: string, changed: (login: PendingLogin) => void) {
    this.account = account;
    this.#changed = changed;
  }

  get phase(): LoginPhase {
    return this.#phase;
  }

  get open(): boolean {
    return !hasEnded(this.#phase);
  }

  /** Resolves once, when the login has ended. */
  get ended(): Promise<EndedLogin> {
    return this.#ended.promise;
  }

  /** An ended login stays as it ended. */
  become(phase: Exclude<LoginPhase, { kind: 'requested' }>): void {
    if (hasEnded(this.#phase)) return;
    this.#phase = phase;
    this.#changed(this);
    if (hasEnded(phase)) this.#ended.resolve(phase);
  }
}
