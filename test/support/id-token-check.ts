import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';

export interface IdTokenClaims {
  readonly sub: string;
  readonly aud: string | readonly string[];
}

/** Reads an ID token as AWS and Google do: by the issuer's published keys. Throws where anything is wrong with it. */
export async function checkIdToken(token: string, issuer: string, audience: string): Promise<IdTokenClaims> {
  const [header = '', payload = '', signature = '', ...more] = token.split('.');
  const { alg, kid } = decoded(header) as { alg: string; kid: string };
  const claims = decoded(payload) as IdTokenClaims & { iss: string; exp: number };
  const metadata = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as { jwks_uri: string };
  const { keys } = (await (await fetch(metadata.jwks_uri)).json()) as { keys: (JsonWebKey & { kid: string })[] };
  const key = keys.find((candidate) => candidate.kid === kid);
  if (key === undefined || alg !== 'ES256' || more.length > 0) throw new Error('no key signs like this');
  const publicKey = { key: createPublicKey({ key, format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const;
  // Strict, unlike Buffer: what stands around the token, a line end for one, makes it another text.
  if (!/^[\w-]+$/.test(signature)) throw new Error('not a signature');
  const good = verify('sha256', Buffer.from(`${header}.${payload}`), publicKey, Buffer.from(signature, 'base64url'));
  if (!good) throw new Error('the signature is wrong');
  if (claims.iss !== issuer) throw new Error('the issuer is another');
  if (![claims.aud].flat().includes(audience)) throw new Error('the audience is another');
  if (claims.exp * 1_000 <= Date.now()) throw new Error('the token has expired');
  return claims;
}

function decoded(part: string): unknown {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}
