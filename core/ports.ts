/** What the broker needs from outside. Each is small, so that a test can bring a real second implementation. */

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
  /** A fetch that trusts the system's authorities and `tls.ca`, honours the proxy variables, and never follows redirects by itself. */
  fetchFor(tls: TlsSettings): Fetch;
}

/** The person's own browser (RFC 8252: external user-agent). */
export interface UserAgent {
  /** Resolves when the browser was asked to open the URL; rejects where there is none. */
  open(url: URL, choice: string | undefined): Promise<void>;
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
