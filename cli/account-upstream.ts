import type { Upstream } from '../core/endpoints/http-proxy/upstream.ts';
import type { LocalApiClient } from '../core/local-api/client/client.ts';
import { mayCarrySecrets } from '../core/platform/loopback-host.ts';
import type { AccountSettings } from '../core/services/service.ts';
import { loadConfig, resolveConfigured } from './configuration.ts';
import { credentialHeaders } from './credential-headers.ts';
import { CommandFailure } from './failure.ts';
import type { Environment } from './output/colour.ts';

/**
 * The server of an account's API, with the token the broker has for each request. Throws where the account has no
 * address, or no credential now.
 */
export async function accountUpstream(broker: LocalApiClient, id: string, env: Environment): Promise<Upstream> {
  const config = await loadConfig(env);
  const settings = await resolveConfigured(config, id);
  const url = apiUrl(settings);
  const { connectToServer } = await import('../core/endpoints/account-server.ts');
  const headers = async () => credentialHeaders(await broker.token(id, {}));
  // A sign-in that is missing should show now, not in the first request of a program.
  const first = await headers();
  return {
    url,
    presented: ['Authorization', ...first.map(({ name }) => name)],
    headers,
    connect: () => connectToServer(url, settings.tls, { configured: config.proxy, variables: env }),
  };
}

function apiUrl({ id, url }: AccountSettings): URL {
  const parsed = url === undefined ? null : URL.parse(url);
  if (parsed === null) {
    throw new CommandFailure(
      2,
      `${id} has no url to send requests to`,
      'Set url: of the account to the address of its API.',
    );
  }
  if (!mayCarrySecrets(parsed)) {
    throw new CommandFailure(
      2,
      `refusing to send the token of ${id} to ${parsed.origin} over http`,
      'Set url: to an https address.',
    );
  }
  return parsed;
}
