import { type HostAndPort, parseHost } from './host.ts';
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

/** A line of an account's host list, `host[:port][/path/prefix/*]`, read. */
export interface HostPattern extends HostAndPort {
  /** Whole path segments a repository's path must begin with. */
  readonly prefix: readonly string[];
  /** `/*` at the end: something must follow the prefix. */
  readonly below: boolean;
}

/** Undefined for what is no pattern: it then matches nothing. */
export function parseHostPattern(text: string): HostPattern | undefined {
  const slash = text.indexOf('/');
  const address = parseHost(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const segments = slash < 0 ? [] : pathSegments(text.slice(slash));
  if (segments === undefined) return undefined;
  const below = segments.at(-1) === '*';
  const prefix = below ? segments.slice(0, -1) : segments;
  return prefix.some((segment) => segment.includes('*')) ? undefined : { ...address, prefix, below };
}

/**
 * Which account answers. With a path the most specific pattern wins. Without one, an account that lists the
 * host at all is a candidate. Candidates that are equally good are told apart by the user name in the URL, if
 * it names exactly one of them; otherwise nobody answers.
 */
export function matchAccounts(request: HostRequest, served: readonly ServedAccount[]): AccountMatch {
  const address = parseHost(request.host);
  if (address === undefined) return { kind: 'none' };
  const path = request.path === undefined ? undefined : pathSegments(request.path);
  const askedWithPath = request.path !== undefined && request.path !== '';

  let candidates: ServedAccount[] = [];
  let best = -1;
  for (const account of served) {
    const score = askedWithPath
      ? specificity(account, address, request.protocol, path)
      : listsHost(account, address, request.protocol);
    if (score < 0 || score < best) continue;
    if (score > best) candidates = [];
    best = score;
    candidates.push(account);
  }
  return decide(candidates, request.username);
}

function decide(candidates: readonly ServedAccount[], username: string | undefined): AccountMatch {
  const [first, ...others] = candidates;
  if (first === undefined) return { kind: 'none' };
  if (others.length === 0) return { kind: 'one', account: first };
  const named = candidates.filter((account) => isNamed(account, username));
  const [only] = named;
  return only !== undefined && named.length === 1
    ? { kind: 'one', account: only }
    : { kind: 'ambiguous', accounts: candidates };
}

/** By id (`github@work`), by label (`work`), or by the user name it signs in with. */
function isNamed(account: ServedAccount, username: string | undefined): boolean {
  if (username === undefined || username === '') return false;
  const at = account.id.indexOf('@');
  const label = at < 0 ? undefined : account.id.slice(at + 1);
  return username === account.id || username === label || username === account.username;
}

function listsHost(account: ServedAccount, address: HostAndPort, protocol: string): number {
  return patternsFor(account, address, protocol).length > 0 ? 0 : -1;
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

/** A path that cannot be read unambiguously (`..`, `//`) matches only patterns for the whole host. */
function matchesPath(pattern: HostPattern, path: readonly string[] | undefined): boolean {
  if (pattern.prefix.length === 0 && !pattern.below) return true;
  if (path === undefined || path.length < pattern.prefix.length + (pattern.below ? 1 : 0)) return false;
  const last = pattern.prefix.length - 1;
  return pattern.prefix.every((segment, index) => {
    const actual = path[index];
    return actual === segment || (index === last && !pattern.below && actual === `${segment}.git`);
  });
}

/** One leading and one trailing slash mean nothing. Undefined where servers and proxies may disagree about what is meant. */
function pathSegments(path: string): readonly string[] | undefined {
  const trimmed = path.replace(/^\//, '').replace(/\/$/, '');
  if (trimmed === '') return [];
  const segments = trimmed.split('/');
  const odd = segments.some((segment) => segment === '' || segment === '.' || segment === '..');
  return odd || /[\\?#%]/.test(trimmed) ? undefined : segments;
}

function portOf(address: HostAndPort, protocol: string): number | undefined {
  return address.port ?? defaultPorts[protocol];
}

const defaultPorts: Readonly<Record<string, number>> = { https: 443, http: 80, postgresql: 5432 };
