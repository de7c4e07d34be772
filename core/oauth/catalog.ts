import { z } from 'zod';
import { leadsToThisMachine, mayCarrySecrets } from '../platform/loopback-host.ts';
import type { Fetch } from '../ports.ts';
import type { Catalog } from '../services/catalog.ts';
import { failureOfReply } from './map-error.ts';
import { OAuthFailure } from './oauth-failure.ts';
import { readDocument } from './read-document.ts';
import type { Reply } from './reply.ts';

/** What a catalog says of itself. */
export interface FoundCatalog {
  /** Base of the API, without a slash at the end. */
  readonly registry: string;
  /** Server clock minus ours in seconds. */
  readonly clockSkew: number | undefined;
}

/**
 * Asks a catalog where its registry is, with a fetch that is bounded in time and size. Throws `OAuthFailure`, or a
 * `KeytrayError` of the HTTP port.
 */
export async function findCatalog(url: string, catalog: Catalog, fetch: Fetch): Promise<FoundCatalog> {
  const address = new URL(`${url.replace(/\/+$/, '')}${catalog.document}`);
  const reply = await readDocument(address, fetch);
  if (reply.status !== 200) throw failureOfReply(reply);
  return { registry: registryIn(reply, catalog), clockSkew: reply.clockSkew };
}

function registryIn({ address, json, status }: Reply, { member }: Catalog): string {
  const read = z.looseObject({ [member]: z.string().min(1).max(2_048) }).safeParse(json);
  const named = read.success ? read.data[member] : undefined;
  const registry = typeof named === 'string' ? URL.parse(named) : null;
  if (registry === null || registry.search !== '' || registry.hash !== '') {
    const what = `no address under ${member}`;
    throw new OAuthFailure(`${address.host} does not say where its registry is`, { kind: 'malformed', status, what });
  }
  const refused = refusalOf(registry, address);
  if (refused !== undefined) throw new OAuthFailure(refused.message, { kind: 'rejected', what: refused.what });
  return `${registry.origin}${registry.pathname.replace(/\/+$/, '')}`;
}

/** Secrets go there, whatever the document says. */
function refusalOf(registry: URL, address: URL): { readonly message: string; readonly what: string } | undefined {
  if (!mayCarrySecrets(registry) || registry.username !== '' || registry.password !== '') {
    const message = `${address.host} names a registry that no secret may be sent to`;
    return { message, what: `registry ${registry.host}: must be an https URL without a user name` };
  }
  if (leadsToThisMachine(registry.hostname) && !leadsToThisMachine(address.hostname)) {
    const message = `${address.host} cannot be used: it sends requests to this machine`;
    return { message, what: `registry ${registry.host}` };
  }
  return undefined;
}
