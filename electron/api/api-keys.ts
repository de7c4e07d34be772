import { never } from '../../core/concurrency/pause.ts';
import { keyAbilities } from '../../core/credentials/api-keys/providers.ts';
import { Secret } from '../../core/secret.ts';
import type { AppApi } from '../../ipc/contract.ts';
import type { KeyAccountView } from '../../ipc/views.ts';
import { type ConfiguredAccount, configuredAccounts } from './configured.ts';
import type { ApiParts } from './parts.ts';

type Methods = 'apiKeyAccounts' | 'apiKeys' | 'createApiKey' | 'rotateApiKey' | 'revokeApiKey' | 'revokeLeakedKey';

/** The person at the window, who stays: what was begun at the service comes to its end. */
const person = { signal: never };

export function apiKeyMethods(parts: ApiParts): Pick<AppApi, Methods> {
  const { apiKeys } = parts.broker;
  return {
    apiKeyAccounts: async () => (await configuredAccounts(parts)).flatMap(keyAccount),
    apiKeys: ({ account }) => apiKeys.list(account, {}),
    createApiKey: ({ account, name, days, keepAs }) =>
      apiKeys.create(
        account,
        { name, ...(days !== undefined && { days }), ...(keepAs !== undefined && { keep_as: keepAs }) },
        person,
      ),
    rotateApiKey: ({ account, key }) => apiKeys.rotate(account, key, {}),
    revokeApiKey: ({ account, key }) => apiKeys.revoke(account, key, {}),
    revokeLeakedKey: ({ account, secret }) => apiKeys.revokeSecret(account, new Secret(secret)),
  };
}

function keyAccount({ settings }: ConfiguredAccount): readonly KeyAccountView[] {
  const { id, title, url, apiKeys } = settings;
  if (apiKeys === undefined) return [];
  const { revokeBySecret } = keyAbilities[apiKeys];
  return [{ account: id, title, ...(url !== undefined && { server: url }), revokesBySecret: revokeBySecret }];
}
