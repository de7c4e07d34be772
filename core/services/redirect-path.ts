import { createHash } from 'node:crypto';
import type { Service } from './service.ts';
import type { RedirectSettings } from './shapes.ts';

/** What is known of an account before it is written. */
export interface NewAccount {
  readonly issuer: string | undefined;
  readonly tokenEndpoint: string | undefined;
  readonly clientId: string | undefined;
}

/** The server's host for people who read it, and a digest of its whole address, which tells servers of one host apart. */
function slugOf(server: string): string {
  // Lower case and A-labels: URL parsing has seen to it.
  const host = new URL(server).hostname.replace(/[:[\]]/g, '-');
  return `${host}-${createHash('sha256').update(server).digest('hex').slice(0, 8)}`;
}

/**
 * The redirect of a new account. A path of its own per authorization server keeps the answer of one server from being
 * taken for another's (mix-up, RFC 9700 §4.4). `written`: the path goes into the configuration.
 */
export function redirectOfNewAccount(
  service: Service,
  account: NewAccount,
): { readonly redirect: RedirectSettings; readonly written: boolean } {
  const builtIn = service.builtInClients;
  const clientId = account.clientId ?? service.clientId;
  if (builtIn !== undefined && clientId !== undefined && builtIn.ids.includes(clientId)) {
    return { redirect: builtIn.redirect, written: service.fixedRedirect !== true };
  }
  const server = serverOf(service, account);
  if (service.fixedRedirect === true || server === undefined) return { redirect: service.redirect, written: false };
  return { redirect: { ...service.redirect, path: `/callback/${slugOf(server)}` }, written: true };
}

/** The issuer, or the token endpoint where there is none; undefined while neither is known. */
function serverOf(service: Service, { issuer, tokenEndpoint }: NewAccount): string | undefined {
  const own = issuer ?? tokenEndpoint;
  const server = own ?? service.issuer ?? service.endpoints.tokenEndpoint;
  return server !== undefined && URL.canParse(server) ? server : undefined;
}
