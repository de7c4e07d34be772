import type { Secret } from '../../secret.ts';
import type {
  ApiKeyListView,
  ApiKeyRequest,
  ApiKeyView,
  CreatedApiKeyView,
  RotatedApiKeyView,
  RotationRequest,
} from '../../wire/api-key-schemas.ts';
import type { BrokerRequests } from './requests.ts';

/** Filters of a list, as the query has them. */
export interface ApiKeyFilters {
  readonly name?: string | undefined;
  readonly fingerprint?: string | undefined;
  readonly status?: string | undefined;
  readonly email?: string | undefined;
  readonly all_users?: boolean | undefined;
}

// Several calls to a service, each with its tries. Seconds.
const rotationTakes = 120;

/** The API keys of an account at its service. Failures as `LocalApiClient` has them. */
export class ApiKeysClient {
  readonly #requests: BrokerRequests;

  constructor(requests: BrokerRequests) {
    this.#requests = requests;
  }

  async list(account: string, filters: ApiKeyFilters = {}): Promise<ApiKeyListView> {
    return await this.#requests.ask({ method: 'GET', path: `${keysPath(account)}${queryOf(filters)}` });
  }

  async show(account: string, key: string, filters: ApiKeyFilters = {}): Promise<ApiKeyView> {
    return await this.#requests.ask({ method: 'GET', path: `${keyPath(account, key)}${queryOf(filters)}` });
  }

  async create(account: string, body: ApiKeyRequest): Promise<CreatedApiKeyView> {
    return await this.#requests.ask({ method: 'POST', path: keysPath(account), body });
  }

  async revoke(account: string, key: string, filters: ApiKeyFilters = {}): Promise<void> {
    await this.#requests.ask({ method: 'DELETE', path: `${keyPath(account, key)}${queryOf(filters)}` });
  }

  async revokeSecret(account: string, secret: Secret): Promise<void> {
    const body = { secret: secret.reveal() };
    await this.#requests.ask({ method: 'POST', path: `${keysPath(account)}/revoke`, body });
  }

  async rotate(account: string, key: string, body: RotationRequest): Promise<RotatedApiKeyView> {
    const path = `${keyPath(account, key)}/rotate`;
    return await this.#requests.ask({ method: 'POST', path, body, wait: rotationTakes });
  }
}

const keysPath = (account: string): string => `/v1/accounts/${encodeURIComponent(account)}/api-keys`;
const keyPath = (account: string, key: string): string => `${keysPath(account)}/${encodeURIComponent(key)}`;

function queryOf(filters: ApiKeyFilters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) {
    if (value !== undefined && value !== false) query.set(name, String(value));
  }
  return query.size === 0 ? '' : `?${query}`;
}
