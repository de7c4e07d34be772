import type { Account } from '../accounts/account.ts';
import { never } from '../concurrency/pause.ts';
import { auth0Token } from '../endpoints/auth0-token.ts';
import { databricksMetadata } from '../endpoints/databricks-metadata.ts';
import type { Endpoint, ProgramEndpoints } from '../endpoints/program-endpoints.ts';
import type { TokenSource } from '../endpoints/token-answer.ts';
import { KeytrayError } from '../errors.ts';
import { stillRuns } from '../platform/process-identity.ts';
import type { Clock } from '../ports.ts';
import { Secret } from '../secret.ts';
import type { AccountSettings } from '../services/service.ts';
import type { Caller } from '../wire/broker-api.ts';
import type { EndpointRequest, EndpointView } from '../wire/endpoint-schemas.ts';
import type { TokenApi } from './token-api.ts';

export interface EndpointApiDependencies {
  readonly endpoints: ProgramEndpoints;
  readonly tokens: Pick<TokenApi, 'token'>;
  readonly clock: Clock;
  readonly find: (id: string) => Promise<Account>;
}

/** Endpoints that the broker holds for other programs; `keytray exec` holds its own. */
export class EndpointApi {
  readonly #dependencies: EndpointApiDependencies;
  /** The account of each, by id; those that ended by themselves are forgotten with the next one. */
  readonly #accounts = new Map<string, string>();

  constructor(dependencies: EndpointApiDependencies) {
    this.#dependencies = dependencies;
  }

  async open(id: string, { kind }: EndpointRequest, { consumer }: Caller): Promise<EndpointView> {
    const { endpoints, tokens, find } = this.#dependencies;
    const { settings } = await find(id);
    // The caller will have closed its connection when a client asks.
    const caller = { consumer, signal: never };
    const source: TokenSource = async () => {
      const view = await tokens.token(id, {}, caller);
      const { access_token, token_type, expires_at, scope } = view;
      const expiresAt = typeof expires_at === 'string' ? Date.parse(expires_at) : undefined;
      return { token: new Secret(access_token ?? ''), tokenType: token_type, expiresAt, scope };
    };
    const { answer } = this.#handlerFor(kind, settings, source);
    const opened = await endpoints.open({ owner: { runs: () => stillRuns(consumer) }, answer });
    for (const known of this.#accounts.keys()) if (!endpoints.has(known)) this.#accounts.delete(known);
    this.#accounts.set(opened.id, id);
    return { endpoint: opened.id, url: opened.url, account: id };
  }

  close(id: string, endpoint: string): void {
    const known = this.#accounts.get(endpoint) === id && this.#dependencies.endpoints.end(endpoint);
    if (!known) throw new KeytrayError('not_found', 'there is no such endpoint', { account: id });
    this.#accounts.delete(endpoint);
  }

  #handlerFor(kind: EndpointRequest['kind'], settings: AccountSettings, token: TokenSource): Pick<Endpoint, 'answer'> {
    const { clock } = this.#dependencies;
    switch (kind) {
      case 'databricks': {
        const host = settings.service === 'databricks' ? (settings.url ?? settings.issuer) : undefined;
        if (host !== undefined) return databricksMetadata({ host, token, clock });
        throw new KeytrayError('invalid_request', `${settings.id} is not an account of Databricks`, {
          account: settings.id,
        });
      }
      case 'auth0':
        return auth0Token({ audience: settings.audience, token, clock });
    }
  }
}
