import { traitsOf } from '../services/grant.ts';
import { registeringServerOf } from '../services/registering-server.ts';
import { services } from '../services/registry.ts';
import type { Service } from '../services/service.ts';
import type { AccountConfig } from './config.ts';
import { checkGrant } from './grant-rules.ts';
import { atUrl, clientOf, usesOwnInstance } from './resolve.ts';
import type { RuleProblem } from './rule-problem.ts';

/** What one key alone cannot tell: rules between the keys of an account and its (known) service. */
export function checkAccount(written: AccountConfig): readonly RuleProblem[] {
  const service = services.get(written.service);
  if (service === undefined) return [];
  const account = atUrl(written, service);
  const grant = account.grant ?? service.grants[0];
  const { client } = traitsOf(grant);
  const problems = [...checkGrant(account, service), ...(client ? checkServer(account, service) : [])];
  const registering = registeringServerOf(service, grant);
  if (registering !== undefined && written.issuer === undefined) {
    problems.push({
      key: undefined,
      message: 'issuer is missing',
      fix: `write issuer: https://…, ${registering.what}`,
    });
  }
  if (clientOf(account, service) === undefined) {
    const where = service.registration.url === undefined ? '' : ` (${service.registration.url})`;
    problems.push({
      key: undefined,
      message: 'client_id is missing',
      fix: `register a client${where} and write client_id:`,
    });
  }
  const { address } = service;
  const place = address === undefined ? undefined : account.settings?.[address.setting];
  if (address !== undefined && place !== undefined && !isHostName(place)) {
    const fix = `write for example ${address.setting}: ${address.otherwise}`;
    problems.push({ key: 'settings', message: `${address.setting} is not a host name`, fix });
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

/** Nothing in it that would lead elsewhere once it stands in a URL. */
const isHostName = (text: string): boolean => /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(text);

function* checkServer(account: AccountConfig, service: Service): Generator<RuleProblem> {
  const { authorizationEndpoint, tokenEndpoint } = account.endpoints;
  // Where nobody signs in, no browser is sent anywhere.
  const byBrowser = traitsOf(account.grant ?? service.grants[0]).signIn === 'browser';
  const none = authorizationEndpoint === undefined && tokenEndpoint === undefined;
  const named = authorizationEndpoint === undefined ? 'token_endpoint' : 'authorization_endpoint';
  const missing =
    authorizationEndpoint === undefined && byBrowser && !none ? 'authorization_endpoint' : 'token_endpoint';
  const byMetadata = service.issuer !== undefined || service.endpoints.authorizationEndpoint === undefined;
  const own = usesOwnInstance(account, service);
  const asked = tokenEndpoint ?? (own ? undefined : service.endpoints.tokenEndpoint);
  const both = asked !== undefined && (authorizationEndpoint !== undefined || !byBrowser);
  if (service.name === 'oauth' || (!byMetadata && own)) {
    if (none) {
      const them = byBrowser ? 'both' : 'it';
      const oidc = `write ${them}, or service: oidc where the server has metadata`;
      const message = byBrowser ? 'authorization_endpoint and token_endpoint are missing' : 'token_endpoint is missing';
      yield { key: undefined, message, fix: service.name === 'oauth' ? oidc : `write ${them}` };
      return;
    }
    if (!both)
      yield { key: named, message: `${missing} is missing`, fix: byBrowser ? 'write both endpoints' : 'write it' };
    return;
  }
  if (own && account.issuer === undefined && !both) {
    yield { key: named, message: `${missing} is missing`, fix: 'write both endpoints, or issuer' };
  } else if (service.issuer === undefined && byMetadata && account.issuer === undefined && !both) {
    // Without its `url` an account knows no issuer either, and has been told so.
    if (service.url !== undefined && account.url === undefined) return;
    const steps = service.registration.steps.find((step) => step.startsWith('The issuer is'));
    yield { key: undefined, message: 'issuer is missing', fix: steps ?? 'write issuer: https://…' };
  }
}
