import { type Authority, makeAuthority } from '../authority.ts';
import { type Classifier, startClassifier } from './classifier.ts';
import { startTokenServer, type TokenServer } from './token-server.ts';

export { classifySingle, healthCheck, listDeployments } from './classifier.ts';
export { tooManyRequests } from './token-server.ts';

export interface Athena {
  readonly authority: Authority;
  readonly tokens: TokenServer;
  readonly service: Classifier;
  close(): Promise<void>;
}

/**
 * Resolver Athena: a token server of Auth0's shape and the gRPC service that takes its tokens. The service has TLS by a
 * private authority always; the token server with `tls: true`, which clients that insist on https need.
 */
export async function startAthena({ tls = false }: { readonly tls?: boolean } = {}): Promise<Athena> {
  const authority = await makeAuthority();
  const certificate = await authority.issue('good');
  const tokens = await startTokenServer(tls ? certificate : undefined);
  const service = await startClassifier(tokens, certificate);
  return {
    authority,
    tokens,
    service,
    async close() {
      await Promise.all([tokens.close(), service.close(), authority.close()]);
    },
  };
}
