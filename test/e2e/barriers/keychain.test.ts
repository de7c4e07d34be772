import { afterAll, beforeAll, describe } from 'vitest';
import { type BarrierScene, createBarrierScene } from '../../support/barrier-scene.ts';
import { type Keyring, startKeyring } from '../../support/keyring.ts';
import { testEveryBarrier } from './barrier-cases.ts';

describe('killed between a refresh and its answer, keychain', () => {
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

  testEveryBarrier('keychain', { scene: () => scene });
});
