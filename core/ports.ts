/** What the broker needs from outside. Each is small, so that a test can bring a real second implementation. */

import type { Socket } from 'node:net';
import type { Secret } from './secret.ts';

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Wall clock, milliseconds since the epoch. Can jump. */
  now(): number;
  /** Milliseconds since an arbitrary start; never goes back, may stop during sleep. */
  monotonic(): number;
  /** Seconds since boot, counting sleep. */
  uptime(): number;
  /** Changes with every boot; empty where the system does not tell. */
  readonly bootId: string;
  /** Runs once after `ms`; never keeps the process alive by itself. */
  after(ms: number, run: () => void): Timer;
}

export type Fetch = typeof globalThis.fetch;

export interface TlsSettings {
  /** PEM file with additional trusted authorities. */
  readonly ca: string | undefined;
  readonly verify: boolean;
}

export interface Http {
  /**
   * A fetch that trusts the system's authorities and `tls.ca`, honours the proxy variables, and never follows redirects
   * by itself. Resolves once the whole answer is in memory; rejects when the given signal aborts, with its reason.
   */
  fetchFor(tls: TlsSettings): Fetch;
}

/** What became of a program that was to print something. `text` is all of its standard output. */
export type Printed =
  | { readonly kind: 'printed'; readonly text: Secret }
  /** Neither at the path it was given by, nor on PATH in a folder that only the user and root write to. */
  | { readonly kind: 'not_found' }
  | { readonly kind: 'not_started' }
  | { readonly kind: 'late' }
  | { readonly kind: 'too_long' }
  /** `how`: its exit status, or the signal that ended it. */
  | { readonly kind: 'failed'; readonly how: number | string };

/** Programs of the person that print a credential. */
export interface Programs {
  /** Runs a program and its arguments, without a shell and without input, bounded in time and output. Never rejects. */
  print(command: readonly string[]): Promise<Printed>;
}

/** For a broker that runs none. */
export const noPrograms: Programs = { print: async () => ({ kind: 'not_found' }) };

/** The person's own browser (RFC 8252: external user-agent). */
export interface UserAgent {
  /** Resolves when the browser was asked to open the URL; rejects where there is none. */
  open(url: URL, choice: string | undefined): Promise<void>;
}

/** Whose socket is at the other end of a loopback TCP connection, as the kernel says. */
export type PeerOwner =
  | { readonly kind: 'ours' }
  | { readonly kind: 'other'; readonly uid: number }
  /** `none`: the kernel lists no socket there; `closing`: one that belongs to nobody any more, or our end is closed. */
  | { readonly kind: 'unknown'; readonly entry: 'none' | 'closing' }
  /** This system has no such list (macOS). */
  | { readonly kind: 'not_told' };

/** Who holds a TCP port; `program` where we may know it. */
export interface PortHolder {
  readonly uid: number;
  readonly program: string | undefined;
}

/** Every user of a machine can connect to its loopback addresses: only the kernel knows who did. */
export interface LoopbackPeers {
  /** WSL: a browser of Windows comes through a forwarder that is root's, or has no socket in this kernel. */
  readonly underWindows: boolean;
  /** For a connection that was accepted. Never rejects. */
  owner(connection: Socket): Promise<PeerOwner>;
  /** For a port that is taken; undefined where the system does not tell. Never rejects. */
  holder(address: '127.0.0.1' | '::1', port: number): Promise<PortHolder | undefined>;
}

export type NoticeActionName = 'sign_in' | 'renew' | 'take' | 'refuse' | 'later';

/** Something a person should know although they asked nothing. Never a secret, a code or a URL with a query. */
export interface Notice {
  /** A notice with the same id takes the place of the one before. */
  readonly id: string;
  readonly title: string;
  readonly body: string;
  /** What can be done about it; a click on the notice itself does the first. */
  readonly actions: readonly { readonly name: NoticeActionName; readonly label: string }[];
  /** The command that does the same, for where nothing can be clicked. */
  readonly otherwise?: string;
}

export type NoticeChoice = NoticeActionName | 'dismissed';

export interface Notifier {
  /** `chosen` is called at most once, and not after `withdraw`. */
  show(notice: Notice, chosen: (choice: NoticeChoice) => void): void;
  /** It has become pointless: the matter is settled. */
  withdraw(id: string): void;
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * Moments between a refresh and its answer, and between the steps of a rotation, at which the process may die. The list
 * is closed: a test kills the broker at each of them and fails where the two lists differ (docs/adr/0008-barriers.md).
 */
export const barrierNames = [
  'refresh_requested',
  'reply_received',
  'record_built',
  'store_write_started',
  'store_written',
  'journal_temp_written',
  'journal_renamed',
  'sealed_temp_written',
  'sealed_renamed',
  'store_confirmed',
  'record_visible',
  'before_answer',
  'rotation_noted',
  'new_key_made',
  'new_key_noted',
  'new_key_kept',
  'old_key_revoked',
] as const;

export type BarrierName = (typeof barrierNames)[number];

/** Told of each barrier as it is passed. A test stops the process there; nothing else has a use for it. */
export interface Barriers {
  reached(name: BarrierName): void;
}

export const noBarriers: Barriers = { reached: () => undefined };

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
