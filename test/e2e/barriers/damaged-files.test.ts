import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BarrierScene, createBarrierScene } from '../../support/barrier-scene.ts';
import { layCheapFile } from '../../support/cheap-file.ts';
import { bitFlips, printedSeed, truncations } from '../../support/damage.ts';
import { startKeyring } from '../../support/keyring.ts';

describe('an agent that finds a damaged file', () => {
  const ends: (() => Promise<void>)[] = [];
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'keytray-damaged-'));
    ends.push(() => rm(folder, { recursive: true }));
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  /** Starts an agent over each damage: it serves `access`, and its log has a line with `said`. */
  const expectServed = async (scene: BarrierScene, file: string, access: string, said: string): Promise<void> => {
    const whole = await readFile(file);
    const seed = printedSeed(`damaged ${path.basename(file)}`);
    const half = truncations(whole)[Math.floor(whole.length / 2)];
    const flipped = bitFlips(whole, seed)[seed % whole.length];
    const before = scene.server.presented.length;
    for (const damage of [half, flipped]) {
      if (damage === undefined) throw new Error('the file is empty');
      await writeFile(file, damage.bytes);
      const logged = (await scene.keytray.log()).length;
      await scene.keytray.startAgent();
      expect(await scene.keytray.api.token('lab', {}), damage.name).toMatchObject({ access_token: access });
      expect(await scene.keytray.api.account('lab'), damage.name).toMatchObject({ state: 'active' });
      expect((await scene.keytray.log()).slice(logged), damage.name).toContain(said);
      expect(await scene.keytray.stopAgent(), damage.name).toBe(0);
    }
    expect(scene.server.presented.length).toBe(before);
  };

  it('serves the record before, from the encrypted file before, and says so', async () => {
    const passphrase = path.join(folder, 'passphrase');
    await writeFile(passphrase, 'correct horse battery staple\n', { mode: 0o600 });
    const scene = await createBarrierScene('encrypted-file', { KEYTRAY_PASSPHRASE_FILE: passphrase });
    ends.push(() => scene.close());
    await layCheapFile(path.join(scene.keytray.folder, 'state', 'keytray'), 'correct horse battery staple');
    await scene.signInAndStop();
    await scene.keytray.startAgent();
    const second = await scene.keytray.api.token('lab', {});
    await scene.keytray.api.token('lab', { force: true });
    await scene.keytray.stopAgent();
    const file = path.join(scene.keytray.folder, 'state', 'keytray', 'tokens.sealed');
    await expectServed(scene, file, second.access_token ?? '', 'the encrypted file is damaged');
  });

  it('serves the record of the keychain where the journal is damaged, and says so', async () => {
    const keyring = await startKeyring();
    ends.push(() => keyring.stop());
    const scene = await createBarrierScene('keychain', keyring.env);
    ends.push(() => scene.close());
    await scene.signInAndStop();
    await scene.keytray.startAgent();
    const second = await scene.keytray.api.token('lab', {});
    await keyring.lock();
    await scene.keytray.api.token('lab', { force: true });
    await scene.keytray.stopAgent();
    await keyring.unlock();
    const file = path.join(scene.keytray.folder, 'state', 'keytray', 'journal');
    await expectServed(scene, file, second.access_token ?? '', 'set aside');
  });
});
