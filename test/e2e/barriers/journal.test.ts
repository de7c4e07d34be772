import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BarrierScene, createBarrierScene } from '../../support/barrier-scene.ts';
import { type Keyring, startKeyring } from '../../support/keyring.ts';
import { testEveryBarrier } from './barrier-cases.ts';

describe('killed between a refresh and its answer, keychain locked', () => {
  let keyring: Keyring;
  let scene: BarrierScene;

  beforeAll(async () => {
    keyring = await startKeyring();
    scene = await createBarrierScene('keychain', keyring.env);
  });
  afterAll(async () => {
    await scene.close();
    await keyring.stop();
  });

  it('killed while the journal moves to the keychain: kept', async () => {
    await scene.signInAndStop();
    await scene.passAll(() => keyring.lock());
    const newest = scene.server.issued.at(-1);
    const presented = scene.server.presented.length;
    expect(existsSync(journal())).toBe(true);
    await keyring.unlock();
    expect(await scene.dieStarting('store_written')).toEqual(['store_written']);
    expect(existsSync(journal())).toBe(true);

    await scene.keytray.startAgent();
    expect(await scene.keytray.api.token('lab', {})).toMatchObject({ access_token: newest?.access });
    expect(scene.server.presented.length).toBe(presented);
    expect(existsSync(journal())).toBe(false);
    await scene.keytray.stopAgent();
  });

  const journal = (): string => path.join(scene.keytray.folder, 'state', 'keytray', 'journal');

  testEveryBarrier('journal', {
    scene: () => scene,
    prepare: () => keyring.lock(),
    afterRestart: async () => {
      await expect(scene.keytray.api.token('lab', {})).rejects.toMatchObject({ code: 'keychain_locked' });
      await keyring.unlock();
    },
  });
});
