import type { NewAccount } from '../services/redirect-path.ts';
import { redirectOfNewAccount } from '../services/redirect-path.ts';
import type { Service } from '../services/service.ts';
import { redirectUriToRegister } from './resolve.ts';

/** Where a client of one account is registered, and what to enter there. */
export interface Registration {
  /** The page of the account's own instance, else of the public one; undefined where none is known. */
  readonly url: string | undefined;
  readonly steps: readonly string[];
  /** Exactly what to register; several are parted by `, `. Undefined where nothing is asked for. */
  readonly redirectUri: string | undefined;
}

export interface RegisteringAccount extends NewAccount {
  readonly authorizationEndpoint?: string | undefined;
}

/** The place of the redirect URI in a step. */
const placeholder = 'REDIRECT_URI';

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

/** Where the account's own instance begins, a path included (GitLab below a folder); undefined for the public one. */
function ownInstance(service: Service, account: RegisteringAccount): string | undefined {
  const { issuer, authorizationEndpoint: endpoint } = account;
  if (issuer !== undefined && URL.canParse(issuer)) {
    return service.issuer !== undefined && withoutSlash(issuer) === service.issuer ? undefined : withoutSlash(issuer);
  }
  if (endpoint === undefined || !URL.canParse(endpoint) || endpoint === service.endpoints.authorizationEndpoint) {
    return undefined;
  }
  return new URL(endpoint).origin;
}

/** Pure. Of a client that the service brings itself nothing is left to register: the steps are empty. */
export function registrationOf(service: Service, account: RegisteringAccount): Registration {
  const { clientId } = account;
  if (clientId !== undefined && service.builtInClients?.ids.includes(clientId)) {
    return { url: undefined, steps: [], redirectUri: undefined };
  }
  const { url, instancePage, steps, needsRedirectUri = true } = service.registration;
  const own = instancePage === undefined ? undefined : ownInstance(service, account);
  const redirectUri = redirectUriToRegister(redirectOfNewAccount(service, account));
  return {
    url: own === undefined ? url : `${own}${instancePage}`,
    steps: steps.map((step) => step.replaceAll(placeholder, redirectUri)),
    redirectUri: needsRedirectUri ? redirectUri : undefined,
  };
}
