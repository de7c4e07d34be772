import type { SetupAccount } from '../engine/tool.ts';
import type { GitHost } from './git-host.ts';

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/;

/** The hosts git is to ask Keytray about, each once, in the order the accounts list them. */
export function gitHosts(accounts: readonly SetupAccount[]): readonly GitHost[] {
  const owners = new Map<string, Set<string>>();
  for (const { id, serves } of accounts) {
    for (const pattern of serves.git ?? []) {
      const host = (pattern.split('/', 1)[0] ?? '').toLowerCase();
      owners.set(host, (owners.get(host) ?? new Set()).add(id));
    }
  }
  return [...owners].map(([host, ids]) => ({ host, loopback: loopback.test(host), ambiguous: ids.size > 1 }));
}
