/** A method call on the bus; `signature` describes `body` (D-Bus specification, type system). */
export interface BusCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature: string;
  readonly body: readonly unknown[];
}

export type BusReply =
  | { readonly kind: 'reply'; readonly body: readonly unknown[] }
  /** `name`: org.freedesktop.DBus.Error.… */
  | { readonly kind: 'error'; readonly name: string }
  | { readonly kind: 'no_answer' }
  | { readonly kind: 'no_bus' }
  /** There is one, or may be, and another user could be behind it; `why` is for people. */
  | { readonly kind: 'untrusted_bus'; readonly why: string };

export type BusFailure = Extract<BusReply, { kind: 'no_answer' | 'no_bus' | 'untrusted_bus' }>;

export interface BusSignal {
  readonly interface: string;
  readonly member: string;
  readonly body: readonly unknown[];
}

/** A signal of ours, to whoever listens. */
export interface SentSignal extends BusSignal {
  readonly path: string;
  readonly signature: string;
}

/** A call that another program makes of us. What is in it is theirs: nothing of it has been checked. */
export interface IncomingCall {
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly body: readonly unknown[];
}

/** Undefined: there is no such method. */
export type BusAnswer = { readonly signature: string; readonly body: readonly unknown[] } | undefined;

/** The bus itself, as a service on the bus. */
export const daemon = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
} as const;

/** A value that says its type (signature `v`). The library's own class would have to be loaded to be named. */
export class BusVariant {
  readonly signature: string;
  readonly value: unknown;

  constructor(signature: string, value: unknown) {
    this.signature = signature;
    this.value = value;
  }
}

/** The value in a D-Bus variant; undefined where it is not one. */
export function unwrapped(variant: unknown): unknown {
  return typeof variant === 'object' && variant !== null && 'value' in variant ? variant.value : undefined;
}
