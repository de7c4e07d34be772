import { exportJWK, generateKeyPair, type JWTPayload, jwtVerify, SignJWT } from 'jose';

export interface Minted {
  readonly token: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

export type MintClaims = Readonly<Record<string, unknown>> & { readonly sub: string; readonly aud: string };

/** Signed tokens of one issuer (RS256), as Auth0 and Databricks give them. */
export interface TokenMint {
  /** The public keys, as `jwks_uri` shows them. */
  readonly keys: { readonly keys: readonly object[] };
  /** `lifetime` in seconds, `now` in milliseconds. */
  mint(claims: MintClaims, lifetime: number, now: number): Promise<Minted>;
  /** The claims; throws where the token is not ours, is for another audience, or has ended. `now` in milliseconds. */
  check(token: string, audience: string | undefined, now: number): Promise<JWTPayload>;
}

export async function createTokenMint(issuer: () => string): Promise<TokenMint> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'mint-1', use: 'sig', alg: 'RS256' };
  let count = 0;
  return {
    keys: { keys: [jwk] },
    async mint(claims, lifetime, now) {
      count += 1;
      const issuedAt = Math.floor(now / 1_000);
      const expiresAt = issuedAt + lifetime;
      const token = await new SignJWT({ ...claims, jti: `${count}` })
        .setProtectedHeader({ alg: 'RS256', kid: 'mint-1', typ: 'JWT' })
        .setIssuer(issuer())
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiresAt)
        .sign(privateKey);
      return { token, expiresAt };
    },
    async check(token, audience, now) {
      const options = { issuer: issuer(), algorithms: ['RS256'], currentDate: new Date(now) };
      const { payload } = await jwtVerify(token, publicKey, {
        ...options,
        ...(audience === undefined ? {} : { audience }),
      });
      return payload;
    },
  };
}
