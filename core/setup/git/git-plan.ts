import { KeytrayError } from '../../errors.ts';
import type { GitHost } from './git-host.ts';

/** One value appended to a key of git's configuration. */
export interface GitChange {
  readonly key: string;
  readonly value: string;
}

/**
 * A helper that begins with / is run by the shell as it stands, so blanks and specials are escaped one by one;
 * in quotes it would not begin with / and git would look for `git-credential-'…`.
 */
export function helperWord(path: string): string {
  if (!path.startsWith('/') || /[\n\r\0]/.test(path)) {
    throw new KeytrayError('invalid_request', 'the helper needs an absolute path on one line', {
      advice: 'Install Keytray in a folder whose path has no line end.',
    });
  }
  return path.replace(/[^\w/.,:=@%+\u0080-\uffff-]/g, '\\$&');
}

/** What a person added behind our helper's name, with the blank before it; undefined where the value is not ours. */
export function wordsBehindOurs(value: string): string | undefined {
  const found = /\/git-credential-keytray(\s.*)?$/s.exec(value);
  return found === null ? undefined : (found[1] ?? '').trimEnd();
}

export const isOurHelper = (value: string): boolean => wordsBehindOurs(value) !== undefined;

/** The URLs whose section serves a host. Plain http never leaves the machine, or the token would with it. */
export function sectionUrls(host: GitHost): readonly string[] {
  return host.loopback ? [`https://${host.host}`, `http://${host.host}`] : [`https://${host.host}`];
}

/**
 * The URLs that libgit2 (as cargo uses it) looks for a helper by, where those of `sectionUrls` have a port: it leaves
 * the port out, and asks the helper with it. For a host that is an IP address it looks for none.
 */
export function portlessUrls(hosts: readonly GitHost[]): readonly string[] {
  const urls = new Set(hosts.flatMap(sectionUrls));
  const portless = [...urls].map((url) => url.replace(/:\d+$/, ''));
  return [...new Set(portless)].filter((url) => !urls.has(url) && !/\/(?:\[|[\d.]+$)/.test(url));
}

/**
 * What to add for the hosts. An empty helper goes first: it resets the helpers git has met so far, which
 * otherwise answer before ours and are given our tokens to store. `useHttpPath` tells accounts of one host apart.
 */
export function planGitSetup(input: {
  readonly hosts: readonly GitHost[];
  readonly helper: string;
  /** Values a key has already, in order. */
  readonly present: (key: string) => readonly string[];
  /** What a person added to our helper of a key. */
  readonly added?: (key: string) => string;
}): readonly GitChange[] {
  const { added = () => '' } = input;
  const helperOf = (key: string): string => helperWord(input.helper) + added(key);
  const changes = input.hosts.flatMap((host) => {
    if (!/^(\[[0-9a-fA-F:.]+\]|[^\s/\\"'*:[\]]+)(:\d{1,5})?$/.test(host.host)) {
      throw new KeytrayError('invalid_request', `not a host: ${JSON.stringify(host.host)}`, {
        advice: 'Correct the hosts that the account serves git at.',
      });
    }
    return sectionUrls(host).flatMap((url) => {
      const helper = `credential.${url}.helper`;
      const usePath = `credential.${url}.useHttpPath`;
      const needsPath = host.ambiguous && input.present(usePath).at(-1) !== 'true';
      return [
        { key: helper, value: '' },
        { key: helper, value: helperOf(helper) },
        ...(needsPath ? [{ key: usePath, value: 'true' }] : []),
      ];
    });
  });
  // Without a reset: for git itself this is another port, whose helpers are asked as before.
  const portless = portlessUrls(input.hosts).map((url) => `credential.${url}.helper`);
  return [...changes, ...portless.map((key) => ({ key, value: helperOf(key) }))];
}
