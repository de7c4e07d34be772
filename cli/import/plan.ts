import { stringify } from 'yaml';
import type { AccountConfig, Config } from '../../core/config/config.ts';
import type { ConfigError } from '../../core/config/config-error.ts';
import type { AccountFields } from '../../core/config/edit-config.ts';
import { interpretConfig } from '../../core/config/interpret-config.ts';
import { resolveAccount } from '../../core/config/resolve.ts';
import { freeId } from '../../core/imports/account-label.ts';
import type { FoundAccount } from '../../core/imports/found.ts';
import { type GrantKind, grantKinds, traitsOf } from '../../core/services/grant.ts';
import { redirectOfNewAccount } from '../../core/services/redirect-path.ts';
import { services } from '../../core/services/registry.ts';

/** What becomes of one account that was found. */
export type Planned =
  | {
      readonly kind: 'add';
      readonly id: string;
      readonly fields: AccountFields;
      readonly found: FoundAccount;
      /** Where its secret is tried and its credential goes. */
      readonly address: string | undefined;
    }
  /** The configuration would be wrong with it. */
  | { readonly kind: 'unusable'; readonly id: string; readonly found: FoundAccount; readonly why: string }
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
    const fields = withRedirect({ ...account.fields, ...(store !== undefined && { store }) });
    const settled = settle(id, fields);
    if ('why' in settled) return { kind: 'unusable', id, found: account, ...settled };
    return { kind: 'add', id, fields, found: account, ...settled };
  });
}

const whyOf = ({ message, fix }: ConfigError): string => (fix === '' ? message : `${message} (${fix})`);

/** By the rules of the configuration itself. */
function settle(
  id: string,
  fields: AccountFields,
): { readonly why: string } | { readonly address: string | undefined } {
  const read = interpretConfig([{ file: '', text: stringify({ accounts: { [id]: fields } }) }]);
  if (read.kind === 'invalid') return { why: read.errors.map(whyOf).join('; ') };
  const [account] = read.config.accounts.values();
  const service = services.get(String(fields.service));
  if (account === undefined || service === undefined) return { why: 'this version of Keytray does not know it' };
  const { grant, check, endpoints, url } = resolveAccount(account, service);
  const byClient = traitsOf(grant.kind).client ? endpoints.tokenEndpoint : undefined;
  return { address: byClient ?? url ?? check?.address };
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
