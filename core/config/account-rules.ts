import { services } from '../services/registry.ts';
import { usesOwnInstance } from '../services/resolve.ts';
import type { Service } from '../services/service.ts';
import type { AccountConfig } from './config.ts';
import type { Problem } from './host-pattern.ts';

export interface RuleProblem extends Problem {
  /** Key of the account that is meant; undefined for the account as a whole. */
  readonly key: string | undefined;
}

/** What one key alone cannot tell: rules between the keys of an account and its (known) service. */
export function checkAccount(account: AccountConfig): readonly RuleProblem[] {
  const service = services.get(account.service);
  if (service === undefined) return [];
  const problems = [...checkServer(account, service)];
  if (account.clientId === undefined && service.clientId === undefined) {
    const where = service.registration.url === undefined ? '' : ` (${service.registration.url})`;
    problems.push({
      key: undefined,
      message: 'client_id is missing',
      fix: `register a client${where} and write client_id:`,
    });
  }
  if (!account.tls.verify && account.environment !== 'dev') {
    problems.push({
      key: 'tls',
      message: 'verify: false is for development only',
      fix: 'write tls.ca, or environment: dev',
    });
  }
  return problems;
}

function* checkServer(account: AccountConfig, service: Service): Generator<RuleProblem> {
  const { authorizationEndpoint, tokenEndpoint } = account.endpoints;
  const both = authorizationEndpoint !== undefined && tokenEndpoint !== undefined;
  const none = authorizationEndpoint === undefined && tokenEndpoint === undefined;
  const named = authorizationEndpoint === undefined ? 'token_endpoint' : 'authorization_endpoint';
  const missing = authorizationEndpoint === undefined ? 'authorization_endpoint' : 'token_endpoint';
  const byMetadata = service.issuer !== undefined || service.endpoints.authorizationEndpoint === undefined;
  const own = usesOwnInstance(account, service);
  if (service.name === 'oauth' || (!byMetadata && own)) {
    if (none) {
      const fix =
        service.name === 'oauth' ? 'write both, or service: oidc where the server has metadata' : 'write both';
      yield { key: undefined, message: 'authorization_endpoint and token_endpoint are missing', fix };
      return;
    }
    if (!both) yield { key: named, message: `${missing} is missing`, fix: 'write both endpoints' };
    return;
  }
  if (own && account.issuer === undefined && !both) {
    yield { key: named, message: `${missing} is missing`, fix: 'write both endpoints, or issuer' };
  } else if (service.issuer === undefined && byMetadata && account.issuer === undefined && !both) {
    const steps = service.registration.steps.find((step) => step.startsWith('The issuer is'));
    yield { key: undefined, message: 'issuer is missing', fix: steps ?? 'write issuer: https://…' };
  }
}
