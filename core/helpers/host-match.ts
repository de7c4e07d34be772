import { type HostAndPort, parseHost } from '../config/host.ts';
import { type HostPattern, parseHostPattern } from '../config/host-pattern.ts';
import { pathSegments } from '../config/url-path.ts';
import { namedAccount } from './account-names.ts';
import type { ServedAccount } from './served-account.ts';

export interface HostRequest {
  /** `https`, `http` or `postgresql`; decides which port is meant where none is written. */
  readonly protocol: string;
  /** `host[:port]`, as the tool sent it. */
  readonly host: string;
  /** Undefined where the tool keeps it to itself (git without `useHttpPath`). */
  readonly path?: string | undefined;
  readonly username?: string | undefined;
}

export type AccountMatch =
  | { readonly kind: 'one'; readonly account: ServedAccount }
  | { readonly kind: 'none' }
  | { readonly kind: 'ambiguous'; readonly accounts: readonly ServedAccount[] };

/**
 * Which account answers. With a path the most specific pattern wins. Without one, an account that lists the
 * host at all is a candidate. Candidates that are equally good are told apart by the user name in the URL, if
 * it names exactly one of them; otherwise nobody answers.
 */
export function matchAccounts(request: HostRequest, served: readonly ServedAccount[]): AccountMatch {
  const address = parseHost(request.host);
  if (address === undefined) return { kind: 'none' };
  const listing = served.filter((account) => listsHost(account, address, request.protocol));
  if (request.path === undefined || request.path === '') return decide(listing, request.username);
  const path = pathSegments(request.path);
  if (path === undefined) return decideWithoutPath(listing, address, request);

  let candidates: ServedAccount[] = [];
  let best = 0;
  for (const account of listing) {
    const score = specificity(account, address, request.protocol, path);
    if (score < best) continue;
    if (score > best) candidates = [];
    best = score;
    candidates.push(account);
  }
  return decide(candidates, request.username);
}

/**
 * A path that cannot be read unambiguously (`..`, `//`) matches only patterns for the whole host; where another
 * account lists a part of it, nobody knows whose it is.
 */
function decideWithoutPath(
  listing: readonly ServedAccount[],
  address: HostAndPort,
  { protocol, username }: HostRequest,
): AccountMatch {
  const whole = listing.filter((account) => specificity(account, address, protocol, undefined) >= 0);
  if (whole.length === 0) return { kind: 'none' };
  const match = decide(listing, username);
  return match.kind === 'one' && !whole.includes(match.account) ? { kind: 'ambiguous', accounts: listing } : match;
}

function decide(candidates: readonly ServedAccount[], username: string | undefined): AccountMatch {
  const [first, ...others] = candidates;
  if (first === undefined) return { kind: 'none' };
  if (others.length === 0) return { kind: 'one', account: first };
  const account = namedAccount(candidates, username);
  return account === undefined ? { kind: 'ambiguous', accounts: candidates } : { kind: 'one', account };
}

function listsHost(account: ServedAccount, address: HostAndPort, protocol: string): boolean {
  return patternsFor(account, address, protocol).length > 0;
}

/** Number of path segments the best pattern pins down; -1 where none matches. */
function specificity(
  account: ServedAccount,
  address: HostAndPort,
  protocol: string,
  path: readonly string[] | undefined,
): number {
  const scores = patternsFor(account, address, protocol)
    .filter((pattern) => matchesPath(pattern, path))
    .map((pattern) => pattern.prefix.length);
  return Math.max(-1, ...scores);
}

function patternsFor(account: ServedAccount, address: HostAndPort, protocol: string): HostPattern[] {
  return account.hosts
    .map(parseHostPattern)
    .filter((pattern) => pattern !== undefined)
    .filter((pattern) => pattern.host === address.host && portOf(pattern, protocol) === portOf(address, protocol));
}

function matchesPath(pattern: HostPattern, path: readonly string[] | undefined): boolean {
  if (pattern.prefix.length === 0 && !pattern.below) return true;
  if (path === undefined || path.length < pattern.prefix.length + (pattern.below ? 1 : 0)) return false;
  const last = pattern.prefix.length - 1;
  return pattern.prefix.every((segment, index) => {
    const actual = path[index];
    return actual === segment || (index === last && !pattern.below && actual === `${segment}.git`);
  });
}

function portOf(address: HostAndPort, protocol: string): number | undefined {
  return address.port ?? defaultPorts[protocol];
}

const defaultPorts: Readonly<Record<string, number>> = { https: 443, http: 80, postgresql: 5432 };
