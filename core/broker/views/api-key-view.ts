import type { CreatedKey, KeyAbilities, ServiceKey } from '../../credentials/api-keys/provider.ts';
import { isoTime } from '../../untrusted/instant.ts';
import { plainText } from '../../untrusted/plain-text.ts';
import type { ApiKeyListView, ApiKeyView, CreatedApiKeyView, RotatedApiKeyView } from '../../wire/api-key-schemas.ts';
import type { Rotated } from '../api-keys/key-rotation.ts';

const timeOf = (at: number | undefined): string | null => (at === undefined ? null : isoTime(at));

/** `accounts`: those here that have the key. */
export function apiKeyView(key: ServiceKey, accounts: readonly string[] = []): ApiKeyView {
  const { id, name, fingerprint, owner, createdAt, expiresAt, lastUsedAt, status } = key;
  return {
    id,
    name,
    ...(fingerprint === undefined ? {} : { fingerprint: plainText(fingerprint, 80) }),
    status,
    created_at: timeOf(createdAt),
    expires_at: timeOf(expiresAt),
    last_used_at: typeof lastUsedAt === 'number' ? isoTime(lastUsedAt) : null,
    ...(owner === undefined ? {} : { owner: plainText(owner, 120) }),
    ...(accounts.length === 0 ? {} : { accounts: [...accounts] }),
  };
}

export const abilitiesView = (can: KeyAbilities): ApiKeyListView['can'] => ({
  expiry: can.expiry,
  last_use: can.lastUse,
  fingerprint: can.fingerprint,
  revoke_by_secret: can.revokeBySecret,
});

/** Here, once and by request, the secret leaves the broker. */
export const createdKeyView = ({ key, secret }: CreatedKey): CreatedApiKeyView => ({
  key: apiKeyView(key),
  secret: secret.reveal(),
});

export const rotatedKeyView = ({ key, accounts, old, secret }: Rotated): RotatedApiKeyView => ({
  key: apiKeyView(key, accounts),
  accounts: [...accounts],
  old: { ...old },
  ...(secret === undefined ? {} : { secret: secret.reveal() }),
});
