import { createSecretKey, scrypt } from 'node:crypto';
import type { Secret } from '../../secret.ts';
import type { Header, SealKeys } from './sealed-format.ts';

const keyLength = 32;
/** Characters. A passphrase this short is weak still; shorter ones are mistakes. */
export const shortestPassphrase = 8;

const bytesFor = ({ log2N, r, p }: Header['cost']): number => 128 * r * (2 ** log2N + p + 2);

/**
 * The keys of a file, by scrypt (RFC 7914) on another thread. The text is normalised (NFC) first, because
 * systems write `é` in two ways.
 */
export async function keysFrom(passphrase: Secret, { cost, salt }: Header): Promise<SealKeys> {
  const { log2N, r, p } = cost;
  const options = { N: 2 ** log2N, r, p, maxmem: bytesFor(cost) };
  const derived = await new Promise<Buffer>((resolve, reject) => {
    scrypt(passphrase.reveal().normalize('NFC'), salt, 2 * keyLength, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
  const keys = {
    encryption: createSecretKey(derived.subarray(0, keyLength)),
    check: createSecretKey(derived.subarray(keyLength)),
  };
  derived.fill(0);
  return keys;
}
