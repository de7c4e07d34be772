import type { ApiKeysKind } from '../../services/service.ts';
import { dataikuAbilities, dataikuKeys } from './dataiku-keys.ts';
import type { ApiKeyProvider, AskService, KeyAbilities } from './provider.ts';
import { quiltAbilities, quiltKeys } from './quilt-keys.ts';

/** What is known of a service without asking it. */
export const keyAbilities: Readonly<Record<ApiKeysKind, KeyAbilities>> = {
  dataiku: dataikuAbilities,
  quilt: quiltAbilities,
};

/** The keys of a service, asked for by whoever carries the calls out. `now`: milliseconds since the epoch. */
export function apiKeyProvider(kind: ApiKeysKind, ask: AskService, now: () => number): ApiKeyProvider {
  switch (kind) {
    case 'dataiku':
      return dataikuKeys(ask, now);
    case 'quilt':
      return quiltKeys(ask);
  }
}
