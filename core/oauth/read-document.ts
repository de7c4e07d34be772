import type { Fetch } from '../ports.ts';
import { plainText } from '../untrusted/plain-text.ts';
import { failureOfThrown } from './map-error.ts';
import { OAuthFailure } from './oauth-failure.ts';
import { type Reply, readReply } from './reply.ts';

const mostRedirects = 3;

/**
 * Reads a document that a server publishes for everybody. Redirects are followed within its origin: some servers put a
 * slash to the end. One for good (301, 308) to another origin is told with its target, as only the configuration can
 * follow it; any other is the answer, as the sign-in page of a network sends one too.
 * Throws `OAuthFailure`, or a `KeytrayError` of the HTTP port.
 */
export async function readDocument(address: URL, fetch: Fetch): Promise<Reply> {
  let reply = await ask(address, fetch);
  for (let followed = 0; followed < mostRedirects; followed += 1) {
    const target = targetOf(reply);
    if (target === undefined) return reply;
    if (target.origin !== address.origin) {
      if (reply.status === 301 || reply.status === 308) throw movedFailure(address, target);
      return reply;
    }
    reply = await ask(target, fetch);
  }
  return reply;
}

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

function targetOf({ address, headers, status }: Reply): URL | undefined {
  const location = headers.get('location');
  return redirects.has(status) && location !== null ? (URL.parse(location, address.href) ?? undefined) : undefined;
}

function movedFailure(address: URL, target: URL): OAuthFailure {
  // Without query and user name, which may be secrets.
  const named = plainText(`${target.origin}${target.pathname}`);
  return new OAuthFailure(`${address.host} has moved to ${target.host}`, {
    kind: 'rejected',
    what: `${address.href} is redirected for good to ${named}`,
    check: 'moved',
  });
}

async function ask(address: URL, fetch: Fetch): Promise<Reply> {
  try {
    const headers = { accept: 'application/json', 'user-agent': 'keytray' };
    return await readReply(address, await fetch(address, { headers, redirect: 'manual' }));
  } catch (thrown) {
    throw failureOfThrown(thrown, address);
  }
}
