import { asciiLowerCase } from '../../config/ascii-lower-case.ts';
import { parseHost } from '../../config/host.ts';
import { parseHostPattern } from '../../config/host-pattern.ts';
import type { ServedAccount } from '../helper.ts';
import { matchTarget, parseHostTarget, parseTarget, type Target, type TargetMatch } from '../host-url.ts';

/** The key of Docker Hub in docker's own configuration, and the host behind it. */
const hubKey = 'https://index.docker.io/v1/';
const hub = 'index.docker.io';
/** docker, skopeo and people call the same registry differently. */
const hubNames: ReadonlySet<string> = new Set([hub, 'docker.io', 'registry-1.docker.io']);

/** What docker, podman or skopeo ask for: a bare `host[:port]`, or a URL whose path is the registry's API. */
export function parseServer(text: string): Target | undefined {
  const target = text.includes('://') ? parseTarget(text) : parseHostTarget(text);
  if (target === undefined) return undefined;
  const isApi = target.path === undefined || /^\/(v[12]\/?)?$/.test(target.path);
  return { ...target, host: canonical(target.host), path: isApi ? undefined : target.path };
}

export function matchServer(target: Target, served: readonly ServedAccount[]): TargetMatch {
  return matchTarget(target, served.map(withCanonicalHosts));
}

/** Server keys of `docker-credential-… list` with the user name of each, from the configuration alone. */
export function listServers(served: readonly ServedAccount[]): Readonly<Record<string, string>> {
  const known = served.map(withCanonicalHosts);
  const servers = new Map<string, string>();
  for (const text of known.flatMap(({ hosts }) => hosts)) {
    const pattern = parseHostPattern(text);
    if (pattern === undefined) continue;
    const host = pattern.port === undefined ? pattern.host : `${pattern.host}:${pattern.port}`;
    const match = matchTarget({ protocol: 'https', host, path: undefined }, known);
    // Two accounts for one registry: docker could be given neither.
    if (match.kind === 'one') servers.set(host === hub ? hubKey : host, usernameFor(host, match.account.username));
  }
  return Object.fromEntries(servers);
}

/** Google's registries want this name whatever the account's; all others take the account's own. */
export function usernameFor(host: string, username: string): string {
  const name = parseHost(host)?.host ?? '';
  const isGoogle = /(^|\.)gcr\.io$|-docker\.pkg\.dev$/.test(name);
  return isGoogle && username === 'oauth2' ? 'oauth2accesstoken' : username;
}

function canonical(host: string): string {
  return hubNames.has(host) ? hub : host;
}

function withCanonicalHosts(account: ServedAccount): ServedAccount {
  const hosts = account.hosts.map((text) => {
    const [host = '', ...path] = text.split('/');
    const name = canonical(asciiLowerCase(host));
    // `/v1` is the API's, as in the key of docker's configuration.
    return name === hub && path.join('/') === 'v1' ? hub : [name === hub ? hub : host, ...path].join('/');
  });
  return { ...account, hosts };
}
