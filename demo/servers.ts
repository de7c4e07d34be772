import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from '../core/secret.ts';
import { startAuthorizationServer } from './authorization-server.ts';
import type { CleanUp } from './clean-up.ts';
import { createRepository, type GitServer, startGitServer } from './git-server.ts';

/** Seconds an access token of the demo lives: long enough to clone, short enough to watch it run out. */
export const accessTokenLifetime = 8;

export const clientId = 'keytray-demo';

/** A client that asks for tokens for itself, as a job does that no person starts. */
export const robot = { clientId: 'keytray-robot', secret: new Secret(randomBytes(24).toString('base64url')) };

/** The two servers of the demo: one gives tokens, the other wants them. */
export interface Servers {
  readonly issuer: string;
  readonly git: GitServer;
  /** The bare repository behind `git`. */
  readonly repository: string;
  /** Answers of the token endpoint so far, by grant (RFC 6749 §4.1, §6 and §4.4). */
  grants(): { readonly signIns: number; readonly refreshes: number; readonly robots: number };
  /** The token git has shown last. */
  presented(): Secret | undefined;
  /** Whether the authorization server still stands by a token. */
  isActive(token: Secret): Promise<boolean>;
}

export async function startServers(folder: string, cleanUp: CleanUp): Promise<Servers> {
  let robots = 0;
  const authorizationServer = await startAuthorizationServer({
    accessTokenTtl: accessTokenLifetime,
    rotateRefreshToken: true,
    clients: [
      { clientId, redirectUris: ['http://127.0.0.1/callback'] },
      { clientId: robot.clientId, clientSecret: robot.secret.reveal(), grantTypes: ['client_credentials'] },
    ],
    onTokenExchange({ parameters, reply }) {
      if (parameters.grant_type === 'client_credentials' && 'access_token' in reply) robots += 1;
    },
  });
  cleanUp.defer(() => authorizationServer.close());
  let presented: Secret | undefined;
  const isActive = async (token: Secret) => (await authorizationServer.introspect(token.reveal())).active;
  const root = join(folder, 'repositories');
  await mkdir(root);
  const repository = await createRepository(root, 'api.git', { 'README.md': '# A repository that wants a token\n' });
  const git = await startGitServer({
    root,
    schemes: 'basic',
    async authorize(credential) {
      if (credential.kind !== 'basic') return false;
      presented = new Secret(credential.password);
      return await isActive(presented);
    },
  });
  cleanUp.defer(() => git.close());
  return {
    issuer: authorizationServer.issuer,
    git,
    repository,
    grants: () => ({
      signIns: authorizationServer.requests.authorization_code ?? 0,
      refreshes: authorizationServer.requests.refresh_token ?? 0,
      robots,
    }),
    presented: () => presented,
    isActive,
  };
}
