import { once } from 'node:events';
import { createServer } from 'node:http';
import * as client from 'openid-client';
import { Secret } from '../../core/secret.ts';
import { signInWithForms } from '../../demo/built-in-user-agent.ts';

export interface ConfidentialClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Signs in for a peer that cannot be driven through a sign-in, and keeps only the refresh token. */
export async function obtainRefreshToken(
  issuer: string,
  { clientId, clientSecret }: ConfidentialClient,
): Promise<Secret> {
  const server = await client.discovery(new URL(issuer), clientId, clientSecret, undefined, {
    execute: [client.allowInsecureRequests],
  });
  const listener = createServer();
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port to listen on');
  const redirect = `http://127.0.0.1:${address.port}/callback`;
  const answered = Promise.withResolvers<URL>();
  listener.on('request', (request, response) => {
    answered.resolve(new URL(request.url ?? '', redirect));
    response.end();
  });
  try {
    const verifier = client.randomPKCECodeVerifier();
    const state = client.randomState();
    const url = client.buildAuthorizationUrl(server, {
      redirect_uri: redirect,
      scope: 'openid offline_access',
      prompt: 'consent',
      state,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    await signInWithForms(url, { login: 'ada' });
    const reply = await client.authorizationCodeGrant(server, await answered.promise, {
      pkceCodeVerifier: verifier,
      expectedState: state,
    });
    if (reply.refresh_token === undefined) throw new Error('the server gave no refresh token');
    return new Secret(reply.refresh_token);
  } finally {
    listener.close();
    listener.closeAllConnections();
  }
}
