import type { Account } from '../accounts/account.ts';
import { type ServerDirectory, serverNameOf } from '../accounts/server-directory.ts';
import type { TokenRecord } from '../accounts/token-record.ts';
import { OAuthFailure } from '../oauth/oauth-failure.ts';
import { revokeToken } from '../oauth/revocation.ts';
import { storeFailure } from '../stores/store-failure.ts';

export type Revocation =
  | { readonly kind: 'revoked' | 'unsupported' | 'not_asked' | 'nothing_to_revoke' }
  | { readonly kind: 'failed'; readonly why: string }
  /** Forgotten here only; what goes on being good at the service. */
  | { readonly kind: 'stays'; readonly what: string }
  /** Another account stands on the same grant; servers kill the whole family. */
  | { readonly kind: 'shared'; readonly with: string };

/**
 * Revokes the tokens at the server (RFC 7009) when it can, then forgets them here whatever the server says.
 * Throws where the store would not forget; nothing has been revoked then.
 */
export async function signOut(
  account: Account,
  others: Iterable<Account>,
  servers: ServerDirectory,
  options: { readonly revoke: boolean },
): Promise<Revocation> {
  await account.load();
  const { record, state } = account;
  // Tokens nobody can read cannot be revoked, and a login that cannot be forgotten must not lose its tokens.
  const trouble = state.kind === 'unreadable' ? state.trouble : await account.store.removalTrouble?.();
  if (trouble !== undefined) throw storeFailure(trouble, account.id);
  const revocation = await giveBack(account, record, others, servers, options);
  await account.forget();
  return revocation;
}

async function giveBack(
  account: Account,
  record: TokenRecord | undefined,
  others: Iterable<Account>,
  servers: ServerDirectory,
  options: { readonly revoke: boolean },
): Promise<Revocation> {
  const { grant, title } = account.settings;
  switch (grant.kind) {
    case 'authorization_code':
      return await revoke(account, record, others, servers, options);
    case 'pasted_code':
      return { kind: 'stays', what: `${title} ends no session on request: the one in your browser goes on` };
    case 'client_credentials':
      return { kind: 'stays', what: `the client secret stays valid at ${title}` };
    case 'api_key':
      return { kind: 'stays', what: `the key stays valid at ${title} until it is revoked there` };
    case 'aws_identity':
    case 'token_exchange':
    case 'command':
      return { kind: 'stays', what: `a token that was handed out stays valid at ${title} until it ends` };
  }
}

async function revoke(
  account: Account,
  record: TokenRecord | undefined,
  others: Iterable<Account>,
  servers: ServerDirectory,
  options: { readonly revoke: boolean },
): Promise<Revocation> {
  const { state } = account;
  const changed = state.kind === 'signed_out' && state.why === 'registration_changed' ? state : undefined;
  if (record === undefined && changed === undefined) return { kind: 'nothing_to_revoke' };
  if (!options.revoke) return { kind: 'not_asked' };
  // Whoever runs another server could use the tokens it is asked to revoke.
  if (record === undefined || account.unknownServer) {
    const issuer = changed?.issuedBy ?? 'an unknown server';
    return { kind: 'failed', why: `the tokens were issued by ${issuer}, which the configuration does not name` };
  }
  const sharer = await findSharer(account, record, others);
  if (sharer !== undefined) return { kind: 'shared', with: sharer };
  try {
    const server = await servers.boundTo(account, record);
    // The refresh token first: a server that stops there has already ended what lives longest.
    const refresh =
      record.refreshToken === undefined
        ? 'unsupported'
        : await revokeToken(server, record.refreshToken, 'refresh_token');
    const access = await revokeToken(server, record.accessToken, 'access_token');
    return { kind: refresh === 'revoked' || access === 'revoked' ? 'revoked' : 'unsupported' };
  } catch (error) {
    return { kind: 'failed', why: error instanceof OAuthFailure ? error.message : 'the server could not be asked' };
  }
}

async function findSharer(
  account: Account,
  record: TokenRecord,
  others: Iterable<Account>,
): Promise<string | undefined> {
  for (const other of others) {
    if (other.id === account.id || other.settings.clientId !== account.settings.clientId) continue;
    await other.load();
    const theirs = other.record;
    // A client that was registered for one sign-in has no other.
    if (theirs === undefined || theirs.clientId !== record.clientId) continue;
    if (serverNameOf(other) !== serverNameOf(account)) continue;
    // Where a server does not say who signed in, it may be the same person: a login too many beats one lost.
    const unknown = theirs.identity === undefined || record.identity === undefined;
    if (unknown || theirs.identity?.subject === record.identity?.subject) return other.id;
  }
  return undefined;
}
