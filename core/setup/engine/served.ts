import { parseHostPattern } from '../../config/host-pattern.ts';
import { pathOfSegments } from '../../config/url-path.ts';
import { type HostRequest, matchAccounts } from '../../helpers/host-match.ts';
import type { ToolFamily } from '../../services/shapes.ts';
import type { SetupAccount } from './tool.ts';

export interface ServedHost {
  /** `host` or `host:port`, as tools write it. */
  readonly host: string;
  /** Without the port. */
  readonly name: string;
  /** What follows the host, without `/*`: `/team`, or nothing. */
  readonly path: string;
  readonly accounts: readonly string[];
}

/** The hosts a tool is to ask about, each once per path, in the order the accounts list them. */
export function servedHosts(accounts: readonly SetupAccount[], family: ToolFamily): readonly ServedHost[] {
  const found = new Map<string, ServedHost>();
  for (const { id, serves } of accounts) {
    for (const text of serves[family] ?? []) {
      const pattern = parseHostPattern(text);
      if (pattern === undefined) continue;
      const host = pattern.port === undefined ? pattern.host : `${pattern.host}:${pattern.port}`;
      const path = pathOfSegments(pattern.prefix);
      const ids = found.get(host + path)?.accounts ?? [];
      found.set(host + path, { host, name: pattern.host, path, accounts: ids.includes(id) ? ids : [...ids, id] });
    }
  }
  return [...found.values()];
}

/**
 * Hosts that several accounts serve, so that the helper hands nothing out for them. `says` is what the tool tells of an
 * address: its path can decide between accounts, or not.
 */
export function sharedHosts(
  accounts: readonly SetupAccount[],
  family: ToolFamily,
  says: 'host' | 'path',
): readonly string[] {
  const owners = new Map<string, Set<string>>();
  for (const { host, path, accounts: ids } of servedHosts(accounts, family)) {
    const address = says === 'host' ? host : host + path;
    owners.set(address, new Set([...(owners.get(address) ?? []), ...ids]));
  }
  return [...owners].flatMap(([address, ids]) =>
    ids.size < 2
      ? []
      : [`${[...ids].join(', ')} all serve ${address}, so nothing is handed out; list it for one of them`],
  );
}

export type Owner =
  | { readonly kind: 'one'; readonly account: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'several'; readonly accounts: readonly string[] };

/** Which account answers for a URL of somebody's configuration, by the rules the helpers go by. */
export function ownerOf(url: string, accounts: readonly SetupAccount[], family: ToolFamily): Owner {
  const parts = /^(https?):\/\/([^/?#\\@\s]+)(\/[^?#\\\s]*)?$/i.exec(url);
  const [, protocol = '', host = '', path = '/'] = parts ?? [];
  if (parts === null) return { kind: 'none' };
  const request: HostRequest = { protocol: protocol.toLowerCase(), host, path };
  const served = accounts.flatMap(({ id, serves }) => {
    const hosts = serves[family];
    return hosts === undefined ? [] : [{ id, title: id, username: '', hosts }];
  });
  const match = matchAccounts(request, served);
  switch (match.kind) {
    case 'one':
      return { kind: 'one', account: match.account.id };
    case 'none':
      return { kind: 'none' };
    case 'ambiguous':
      return { kind: 'several', accounts: match.accounts.map((account) => account.id) };
  }
}
