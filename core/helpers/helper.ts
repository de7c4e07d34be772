import type { ToolFamily } from '../config/config.ts';
import type { Secret } from '../secret.ts';

/** One call of a helper program, as the client forwarded it. */
export interface HelperCall {
  /** Last word of the tool's own command line: `get`, `store`, `erase`, … */
  readonly operation: string;
  /** Everything after the program's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Chunks as they come. Need not end: some tools keep stdin open until the helper has gone. */
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Protocol bytes, nothing else. */
  stdout(text: string): void;
  /** One line for people, without newline. */
  stderr(line: string): void;
  /** Aborted when the caller has gone. */
  readonly signal: AbortSignal;
}

/** A token on its way to a tool. */
export interface HandedOut {
  readonly account: string;
  readonly accessToken: Secret;
  readonly tokenType: string;
  /** Milliseconds since the epoch; undefined where the server gives no lifetime. */
  readonly expiresAt: number | undefined;
  /** User name for tools that only know Basic. */
  readonly username: string;
}

export interface ServedAccount {
  readonly id: string;
  /** For people. */
  readonly title: string;
  readonly username: string;
  readonly hosts: readonly string[];
}

/** What helpers may ask the broker. Failures are `KeytrayError`s. */
export interface HelperBroker {
  served(family: ToolFamily): readonly ServedAccount[];
  handOut(account: string, forWhat: { readonly host: string }): Promise<HandedOut>;
  /** A tool says this value was refused: a hint; what follows is the broker’s decision. */
  reportRejected(account: string, value: Secret): Promise<void>;
}

/** One credential-helper protocol. Resolves to the exit status the tool sees. */
export interface Helper {
  readonly protocol: string;
  /** Names of the environment variables the client forwards. */
  readonly environment: readonly string[];
  serve(call: HelperCall, broker: HelperBroker): Promise<number>;
}
