import type { Helper } from '../../core/helpers/helper.ts';

/** One call of a helper, as a tool makes it. */
export interface HelperInput {
  readonly operation: string;
  /** As the helper gets it: with the operation, where the program's own command line has one. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: Buffer;
}

/** A destination of calls whose account the person names, and whose answer the person takes where they like. */
export const anywhere = '*';

/** What the harness must know of a protocol. */
export interface FuzzedProtocol {
  readonly helper: Helper;
  /**
   * Calls the real tool makes for `host` (`helper.example`, or any other text the harness wants to see there), all of
   * which get a token for a host that is listed. At least two; operations that give no token may be among them.
   */
  transcripts(host: string): readonly HelperInput[];
  /**
   * The URL the tool would send the token to, read from the call without our parsers (JSON.parse, split); undefined
   * where it would send none. The harness reads the host with Node's `URL`. Must not throw on what is well-formed;
   * where it throws, the answer counts as undefined. Several where one call may ask more than once. Or `anywhere`.
   */
  destination(input: HelperInput): string | readonly string[] | undefined;
  /** The account is named and no host is asked for: there is none to disguise. */
  readonly hostless?: boolean;
  /** Words of this protocol, to be strewn in. */
  readonly words?: readonly string[];
}

/** Shorthand for transcripts. */
export function call(
  operation: string,
  stdin: string,
  more: { readonly argv?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {},
): HelperInput {
  return { operation, argv: more.argv ?? [operation], env: more.env ?? {}, stdin: Buffer.from(stdin) };
}
