import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Secret } from '../../core/secret.ts';
import { keysFrom } from '../../core/stores/encrypted-file/passphrase-keys.ts';
import { type Cost, newHeader, seal } from '../../core/stores/encrypted-file/sealed-format.ts';
import { serializeItems } from '../../core/stores/encrypted-file/sealed-items.ts';

/** The lowest cost Keytray accepts. The header names the cost, and Keytray keeps it until the passphrase is changed. */
const cost: Cost = { log2N: 10, r: 8, p: 1 };

/**
 * Creates an empty encrypted file, for tests that are not about key derivation: each process that opens it saves half a
 * second of CPU time.
 */
export async function layCheapFile(stateFolder: string, passphrase: string): Promise<void> {
  const header = newHeader(cost);
  const sealed = seal(serializeItems(new Map()), header, await keysFrom(new Secret(passphrase), header));
  await mkdir(stateFolder, { recursive: true, mode: 0o700 });
  await writeFile(path.join(stateFolder, 'tokens.sealed'), sealed, { mode: 0o600, flag: 'wx' });
}
