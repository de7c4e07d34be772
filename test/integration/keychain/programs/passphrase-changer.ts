import { Secret } from '../../../../core/secret.ts';
import { EncryptedFileStore } from '../../../../core/stores/encrypted-file/encrypted-file-store.ts';
import { MemoryLogger } from '../fixture.ts';

/** Changes the passphrase of a file to and fro until it is killed; prints the one that counts after each change. */

const [path = '', ...passphrases] = process.argv.slice(2);
const [one = '', two = ''] = passphrases;
const cost = { log2N: 10, r: 1, p: 1 };
const store = new EncryptedFileStore({ path, logger: new MemoryLogger(), cost });

for (let [now, next] = [one, two]; ; [now, next] = [next, now]) {
  const { kind } = await store.changePassphrase(new Secret(now), new Secret(next));
  if (kind !== 'unlocked') throw new Error(`not changed: ${kind}`);
  process.stdout.write(`${next}\n`);
}
