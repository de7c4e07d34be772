import { generateKeyPairSync, sign } from 'node:crypto';

export interface IdTokens {
  readonly jwks: object;
  /** `undefined` members are left out. */
  sign(claims: object): string;
}

/** Signs ID tokens with a key of its own (ES256, RFC 7518 section 3.4). */
export function createIdTokens(): IdTokens {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const header = encode({ alg: 'ES256', kid: 'test' });
  return {
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), alg: 'ES256', kid: 'test', use: 'sig' }] },
    sign(claims) {
      const signed = `${header}.${encode(claims)}`;
      const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
      return `${signed}.${signature.toString('base64url')}`;
    },
  };
}
