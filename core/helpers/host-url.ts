import { parseHost } from '../config/host.ts';
import { isLoopback } from '../platform/loopback-host.ts';
import type { ServedAccount } from './helper.ts';
import { matchAccounts } from './host-match.ts';
import { withPlainScheme } from './url-scheme.ts';

/** Where a tool is about to send a token. */
export interface Target {
  readonly protocol: 'https' | 'http';
  /** `host[:port]` in the form hosts are compared in; safe to print. */
  readonly host: string;
  /** Without query. Undefined where the tool said none. */
  readonly path: string | undefined;
}

/**
 * `https://host[:port][/path][?query]`. Undefined for what two readers could take for two things: user names,
 * backslashes, control characters, spaces, and every host that `parseHost` refuses.
 */
export function parseTarget(url: string): Target | undefined {
  const [, scheme, authority, path] =
    /^(https?):\/\/([^/?#@\\\s\p{C}]+)(\/[^?#\\\s\p{C}]*)?(?:\?[^#\\\s\p{C}]*)?$/u.exec(withPlainScheme(url)) ?? [];
  if (scheme === undefined || authority === undefined) return undefined;
  return targetOf(scheme === 'http' ? 'http' : 'https', authority, path);
}

/** A bare `host[:port]`, which tools mean as https. */
export function parseHostTarget(text: string): Target | undefined {
  return targetOf('https', text, undefined);
}

function targetOf(protocol: Target['protocol'], authority: string, path: string | undefined): Target | undefined {
  const address = parseHost(authority);
  if (address === undefined) return undefined;
  const host = address.port === undefined ? address.host : `${address.host}:${address.port}`;
  return { protocol, host, path };
}

export type TargetMatch =
  | { readonly kind: 'one'; readonly account: ServedAccount }
  | { readonly kind: 'none' }
  | { readonly kind: 'ambiguous'; readonly accounts: readonly ServedAccount[] }
  /** Ours, but over plain http to another machine: anyone on the way could read the token. */
  | { readonly kind: 'insecure' };

/** Which account answers for a target. The list of hosts is exact: see host-match.ts. */
export function matchTarget(
  target: Target & { readonly username?: string | undefined },
  served: readonly ServedAccount[],
): TargetMatch {
  const match = matchAccounts(target, served);
  if (match.kind === 'none' || target.protocol === 'https') return match;
  return isLoopback(parseHost(target.host)?.host ?? '') ? match : { kind: 'insecure' };
}
