import type { GitEntry } from './git-entries.ts';
import type { GitHost } from './git-host.ts';
import { helperWord, isOurHelper } from './git-plan.ts';

/** Whether a section `[credential "PATTERN"]` is about a host; git accepts patterns without a scheme too. */
function isAbout(pattern: string, host: string): boolean {
  const bare = pattern
    .replace(/^https?:\/\//i, '')
    .replace(/^[^/]*@/, '')
    .replace(/\/.*$/, '')
    .toLowerCase();
  const labels = bare.split('.');
  const wanted = host.toLowerCase().split('.');
  return labels.length === wanted.length && labels.every((label, index) => label === '*' || label === wanted[index]);
}

const subsection = (key: string): string | undefined => /^(?:credential|http)\.(.*)\.[^.]+$/.exec(key)?.[1];

/** In a repository, which anybody may have made, a program is ours by its path and not by its name. */
const runsOurs = ({ scope, value }: GitEntry, helper: string): boolean =>
  scope === 'local' || scope === 'worktree' ? value === helperWord(helper) : isOurHelper(value);

/** A helper may be a shell snippet with a password in it: only its first word is shown. */
function shown(value: string): string {
  const [first = '', ...rest] = value.split(' ');
  const word = /^!?[\w./()-]*$/.test(first) ? first.slice(0, 60) : `${first.startsWith('!') ? '!' : ''}…`;
  return rest.length > 0 && !word.endsWith('…') ? `${word} …` : word;
}

/** Headers of others that keep git from asking anybody for our hosts. Their values are secrets. */
export function foreignHeaders(entries: readonly GitEntry[], hosts: readonly GitHost[]): readonly string[] {
  const headers = entries.filter(
    ({ key, value }) => /^http\..*extraheader$/.test(key) && /^authorization:/i.test(value),
  );
  return hosts.flatMap(({ host }) => {
    const header = headers.find(({ key }) => isAbout(subsection(key) ?? host, host));
    if (header === undefined) return [];
    return [`${header.key} (${header.origin}) sends its own Authorization to ${host}: git never asks Keytray`];
  });
}

/**
 * Helpers of others that concern our hosts, and what becomes of them. Git calls helpers in the order it read
 * them; our section begins with a reset, so those read before are not called, and those read after are.
 */
export function foreignHelpers(
  entries: readonly GitEntry[],
  hosts: readonly GitHost[],
  helper: string,
): readonly string[] {
  const warnings: string[] = [];
  for (const { host } of hosts) {
    const helpers = helpersFor(entries, host);
    const own = helpers.findLastIndex((entry) => runsOurs(entry, helper));
    helpers.forEach((entry, index) => {
      const { key, value, origin } = entry;
      if (value === '' || runsOurs(entry, helper)) return;
      const name = `${key} = ${shown(value)} (${origin})`;
      warnings.push(
        own >= 0 && index > own
          ? `${name} is called after Keytray for ${host}, and git gives it our tokens to keep; remove it there`
          : `${name} is not called for ${host} any more: it would answer first, with a password of its own`,
      );
    });
  }
  return [...new Set(warnings)];
}

/** An empty helper behind ours, in the repository or in the environment: git forgets those it has read by then. */
export function laterResets(
  entries: readonly GitEntry[],
  hosts: readonly GitHost[],
  helper: string,
): readonly string[] {
  const lines = hosts.flatMap(({ host }) => {
    const helpers = helpersFor(entries, host);
    const own = helpers.findLastIndex((entry) => runsOurs(entry, helper));
    const reset = helpers.findLast(({ value }, index) => value === '' && index > own);
    if (own < 0 || reset === undefined) return [];
    return [`${reset.key} = (${reset.origin}) empties the list of helpers: git never asks Keytray for ${host}`];
  });
  return [...new Set(lines)];
}

/** In the order git reads them. */
function helpersFor(entries: readonly GitEntry[], host: string): readonly GitEntry[] {
  return entries.filter(({ key }) => {
    const pattern = subsection(key);
    return /^credential\.(?:.*\.)?helper$/s.test(key) && (pattern === undefined || isAbout(pattern, host));
  });
}

/** An address without what is in it of a user or a password. */
const withoutUser = (url: string): string => url.replace(/(:\/\/)[^/@]*@/, '$1…@');

/** Whether git, asked for this address, would still ask us for it. */
function isHttpsOf(url: string, host: string): boolean {
  return new RegExp(`^https://${host.replace(/[.[\]]/g, '\\$&')}(?:/|$)`, 'i').test(url);
}

/** `url.BASE.insteadOf` that makes another address of one of our hosts, so that git never asks us for it. */
export function rewrittenAddresses(entries: readonly GitEntry[], hosts: readonly GitHost[]): readonly string[] {
  return entries.flatMap(({ key, value, origin }) => {
    const [, base = '', kind = ''] = /^url\.(.*)\.(insteadof|pushinsteadof)$/s.exec(key) ?? [];
    const meant = hosts.filter(
      ({ host }) => kind !== '' && value !== '' && isRewritten(value, host) && !isHttpsOf(base, host),
    );
    return meant.map(({ host }) => {
      const what =
        isHttpsOf(value, host) && value.length > `https://${host}/`.length ? withoutUser(value) : `https://${host}/`;
      const when = kind === 'insteadof' ? 'git never asks Keytray for it' : 'a push never asks Keytray';
      return `url.${withoutUser(base)}.${kind === 'insteadof' ? 'insteadOf' : 'pushInsteadOf'} (${origin}) takes the place of ${what}: ${when}`;
    });
  });
}

/** What is written replaces a beginning of the address: of all addresses of the host, or of some. */
function isRewritten(value: string, host: string): boolean {
  const address = `https://${host}/`;
  return address.startsWith(value.toLowerCase()) || isHttpsOf(value, host);
}

/** What files that git includes under a condition add for our hosts; a helper there is read before ours. */
export function conditionalProblems(
  entries: readonly (GitEntry & { readonly condition: string })[],
  hosts: readonly GitHost[],
): readonly string[] {
  const found = entries.flatMap((entry) => {
    const lines = [...foreignHeaders([entry], hosts), ...rewrittenAddresses([entry], hosts)];
    return lines.map((line) => `where ${entry.condition}: ${line}`);
  });
  return [...new Set(found)];
}
