import type { ApiKeysKind } from '../../services/service.ts';
import { dataikuKeys } from './dataiku-keys.ts';
import type { ApiKeyProvider, AskService } from './provider.ts';
import { quiltKeys } from './quilt-keys.ts';

/** The keys of a service, asked for by whoever carries the calls out. `now`: milliseconds since the epoch. */
export function apiKeyProvider(kind: ApiKeysKind, ask: AskService, now: () => number): ApiKeyProvider {
  switch (kind) {
    case 'dataiku':
      return dataikuKeys(ask, now);
    case 'quilt':
      return quiltKeys(ask);
  }
}
