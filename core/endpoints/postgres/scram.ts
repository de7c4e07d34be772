import { createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { saslprep } from '@mongodb-js/saslprep';
import type { Secret } from '../../secret.ts';

/**
 * The client's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding: TLS is verified already. The
 * libraries there are for Node know SHA-1 only, or are part of a database client.
 */
export const scramSha256 = 'SCRAM-SHA-256';

export interface ScramClient {
  readonly nonce: string;
  /** Empty for PostgreSQL, which takes the user from the start-up message. */
  readonly user: string;
}

const gs2Header = 'n,,';
const clientFirstBare = ({ nonce, user }: ScramClient): string => `n=${user},r=${nonce}`;
export const clientFirst = (client: ScramClient): string => `${gs2Header}${clientFirstBare(client)}`;

export interface ScramProof {
  readonly clientFinal: string;
  /** Whether the server knows the password too. */
  provedBy(serverFinal: string): boolean;
}

/** A server that asks for more would only burn our time. */
const mostIterations = 1_000_000;

const derive = promisify(pbkdf2);

/** Throws `TypeError` for what is no first message of a server that heard ours. */
export async function answerChallenge(client: ScramClient, password: Secret, serverFirst: string): Promise<ScramProof> {
  const { nonce } = client;
  const [, serverNonce = '', salt = '', count = ''] =
    /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/]+={0,2}),i=([1-9][0-9]{0,8})(?:,.*)?$/.exec(serverFirst) ?? [];
  const iterations = Number(count);
  if (!serverNonce.startsWith(nonce) || serverNonce === nonce) throw new TypeError('not an answer to our nonce');
  if (iterations > mostIterations) throw new TypeError('too many iterations');

  const salted = await derive(prepared(password), Buffer.from(salt, 'base64'), iterations, 32, 'sha256');
  const clientKey = hmac(salted, 'Client Key');
  const storedKey = createHash('sha256').update(clientKey).digest();
  const binding = Buffer.from(gs2Header).toString('base64');
  const withoutProof = `c=${binding},r=${serverNonce}`;
  const authMessage = `${clientFirstBare(client)},${serverFirst},${withoutProof}`;
  const signature = hmac(storedKey, authMessage);
  const proof = clientKey.map((byte, index) => byte ^ (signature[index] ?? 0));
  const expected = hmac(hmac(salted, 'Server Key'), authMessage);
  return {
    clientFinal: `${withoutProof},p=${Buffer.from(proof).toString('base64')}`,
    provedBy: (serverFinal) => {
      const given = Buffer.from(/^v=([^,]*)/.exec(serverFinal)?.[1] ?? '', 'base64');
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}

/** SASLprep (RFC 4013); PostgreSQL takes a password it does not fit as it is. */
function prepared(password: Secret): string {
  const text = password.reveal();
  try {
    return saslprep(text);
  } catch {
    return text;
  }
}

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
