import type { AccountConfig, Config } from '../../core/config/config.ts';
import type { AccountFields } from '../../core/config/edit-config.ts';
import { freeId } from '../../core/imports/account-label.ts';
import type { FoundAccount } from '../../core/imports/found.ts';
import { type GrantKind, grantKinds, traitsOf } from '../../core/services/grant.ts';
import { redirectOfNewAccount } from '../../core/services/redirect-path.ts';
import { services } from '../../core/services/registry.ts';

/** What becomes of one account that was found. */
export type Planned =
  | { readonly kind: 'add'; readonly id: string; readonly fields: AccountFields; readonly found: FoundAccount }
  /** The configuration has the same one already. */
  | { readonly kind: 'there'; readonly id: string; readonly found: FoundAccount };

/** Pure. No account is written over: one whose id is taken gets another label. */
export function planImport(
  found: readonly FoundAccount[],
  accounts: Config['accounts'],
  store: string | undefined,
): readonly Planned[] {
  const taken = new Set(accounts.keys());
  return found.map((account) => {
    const same = [...accounts.values()].find((known) => isSame(known, account.fields));
    if (same !== undefined) return { kind: 'there', id: same.id, found: account };
    const id = freeId(account.id, taken);
    taken.add(id);
    const fields = { ...account.fields, ...(store !== undefined && { store }) };
    return { kind: 'add', id, fields: withRedirect(fields), found: account };
  });
}

export function grantOf({ service, grant }: AccountFields): GrantKind {
  const first = services.get(String(service))?.grants[0];
  return grantKinds.find((kind) => kind === grant) ?? first ?? 'authorization_code';
}

/** The same service, grant, address and client, whatever it is called. */
function isSame(known: AccountConfig, fields: AccountFields): boolean {
  const address = (url: unknown): string =>
    typeof url === 'string' ? (URL.parse(url)?.href.replace(/\/+$/, '') ?? '') : '';
  return (
    known.service === fields.service &&
    (known.grant ?? grantOf({ service: known.service })) === grantOf(fields) &&
    address(known.url) === address(fields.url) &&
    address(known.endpoints.tokenEndpoint) === address(fields.token_endpoint) &&
    known.clientId === fields.client_id &&
    (known.audience ?? '') === (fields.audience ?? '') &&
    JSON.stringify(known.command ?? []) === JSON.stringify(fields.command ?? [])
  );
}

/** As `accounts add` does: a path of its own per authorization server. */
function withRedirect(fields: AccountFields): AccountFields {
  const service = services.get(String(fields.service));
  if (service === undefined || traitsOf(grantOf(fields)).signIn !== 'browser') return fields;
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  const url = text(fields.url);
  const issuer =
    url !== undefined && service.atUrl !== undefined && 'issuer' in service.atUrl
      ? `${url}${service.atUrl.issuer}`
      : undefined;
  const known = { issuer, tokenEndpoint: text(fields.token_endpoint), clientId: text(fields.client_id) };
  const { redirect, written } = redirectOfNewAccount(service, known);
  return written ? { ...fields, redirect: { path: redirect.path } } : fields;
}
