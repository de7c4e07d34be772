import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';
import type { Fetch } from '../ports.ts';
import type { Secret } from '../secret.ts';
import { readSigningKeys } from './signing-keys.ts';

type Jose = typeof import('jose');

// RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2, RFC 9964: those whose keys a server can publish.
const asymmetric = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
  'ML-DSA-44',
  'ML-DSA-65',
  'ML-DSA-87',
] as const;
const symmetric = ['HS256', 'HS384', 'HS512'] as const;

/**
 * The algorithms an ID token may be signed with (OpenID Connect Core §3.1.3.7): those the metadata lists, else any
 * whose key proves the server. Never `none`; HMAC only under a secret of the client's own, since anyone can compute one
 * under a published key.
 */
export function idTokenAlgorithms(listed: readonly string[] | undefined, confidential: boolean): readonly string[] {
  const provable = confidential ? [...asymmetric, ...symmetric] : asymmetric;
  return listed === undefined ? provable : provable.filter((algorithm) => listed.includes(algorithm));
}

const headerSchema = z.object({ alg: z.string().regex(/^[\w-]{1,32}$/) });

/** The algorithm an ID token names in its header, unchecked. Undefined where it is no JWT. */
export function algorithmOf(idToken: Secret): string | undefined {
  try {
    const [header = ''] = idToken.reveal().split('.');
    return headerSchema.parse(JSON.parse(Buffer.from(header, 'base64url').toString())).alg;
  } catch {
    return undefined;
  }
}

const isSymmetric = (algorithm: string): boolean => symmetric.some((known) => known === algorithm);

export interface IdTokenSignatureFacts {
  /** `id_token_signing_alg_values_supported`. */
  readonly listed: readonly string[] | undefined;
  readonly clientSecret: Secret | undefined;
  /** `jwks_uri`. Undefined where there is none: the TLS connection stands in for it (OpenID Connect Core §3.1.3.7). */
  readonly keys: URL | undefined;
}

/** Checks who signed the ID tokens of one client at one server. */
export class IdTokenSignature {
  readonly #facts: IdTokenSignatureFacts;
  readonly algorithms: readonly string[];
  #published: JSONWebKeySet | undefined;

  constructor(facts: IdTokenSignatureFacts) {
    this.#facts = facts;
    this.algorithms = idTokenAlgorithms(facts.listed, facts.clientSecret !== undefined);
  }

  /** Why an ID token of this algorithm is not even looked at; undefined where it is. */
  refusalOf(algorithm: string): string | undefined {
    if (this.algorithms.includes(algorithm)) return undefined;
    if (algorithm.toLowerCase() === 'none') return 'an ID token without a signature proves nothing';
    if (isSymmetric(algorithm) && this.#facts.clientSecret === undefined) {
      return 'the account has no client secret to check it with';
    }
    const { listed } = this.#facts;
    return listed === undefined || listed.includes(algorithm) ? 'it is not supported' : 'the metadata does not list it';
  }

  /** Whether the server has to be asked for its keys first, which can take as long as it likes. */
  async asksForKeys(idToken: Secret): Promise<boolean> {
    const algorithm = algorithmOf(idToken) ?? 'none';
    const { keys } = this.#facts;
    if (keys === undefined || isSymmetric(algorithm) || this.refusalOf(algorithm) !== undefined) return false;
    const known = this.#published;
    return known === undefined || !(await fits(verifyByKeys(await import('jose'), idToken, algorithm, known)));
  }

  /**
   * Throws what `jose` found wrong, or the `OAuthFailure` or `KeytrayError` of a server that does not show its keys.
   * The keys are read once and read again where none fits, twice at most: servers rotate them, and some of their
   * machines lag behind. Never a third time, or a hostile server would keep us at it.
   */
  async verify(idToken: Secret, fetch: Fetch): Promise<void> {
    const algorithm = algorithmOf(idToken) ?? 'none';
    const refusal = this.refusalOf(algorithm);
    if (refusal !== undefined) throw new Error(refusal);
    const { clientSecret, keys } = this.#facts;
    const jose = await import('jose');
    if (isSymmetric(algorithm)) {
      const octets = new TextEncoder().encode(clientSecret?.reveal() ?? '');
      await jose.compactVerify(idToken.reveal(), octets, { algorithms: [algorithm] });
      return;
    }
    if (keys === undefined) return;
    const known = this.#published;
    if (known !== undefined && (await fits(verifyByKeys(jose, idToken, algorithm, known)))) return;
    this.#published = await readSigningKeys(keys, fetch);
    if (await fits(verifyByKeys(jose, idToken, algorithm, this.#published))) return;
    this.#published = await readSigningKeys(keys, fetch);
    await verifyByKeys(jose, idToken, algorithm, this.#published);
  }
}

const fits = (check: Promise<void>): Promise<boolean> =>
  check.then(
    () => true,
    () => false,
  );

/** Servers that rotate keys without naming them in the header leave several to try (RFC 7517 §4.5). */
async function verifyByKeys(jose: Jose, idToken: Secret, algorithm: string, keys: JSONWebKeySet): Promise<void> {
  const options = { algorithms: [algorithm] };
  try {
    await jose.compactVerify(idToken.reveal(), jose.createLocalJWKSet(keys), options);
  } catch (error) {
    if (!(error instanceof jose.errors.JWKSMultipleMatchingKeys)) throw error;
    let failure: unknown = error;
    for await (const key of error) {
      try {
        await jose.compactVerify(idToken.reveal(), key, options);
        return;
      } catch (thrown) {
        failure = thrown;
      }
    }
    throw failure;
  }
}
