import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { type BarrierScene, createBarrierScene } from '../../support/barrier-scene.ts';
import { layCheapFile } from '../../support/cheap-file.ts';
import { testEveryBarrier } from './barrier-cases.ts';

const passphrase = 'correct horse battery staple';

describe('killed between the renewal of a pasted code and its answer', () => {
  let folder: string;
  let scene: BarrierScene;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keytray-passphrase-'));
    const file = join(folder, 'passphrase');
    await writeFile(file, `${passphrase}\n`, { mode: 0o600 });
    scene = await createBarrierScene('encrypted-file', { KEYTRAY_PASSPHRASE_FILE: file }, 'pasted_code');
    await layCheapFile(join(scene.keytray.folder, 'state', 'keytray'), passphrase);
  });
  afterAll(async () => {
    await scene.close();
    await rm(folder, { recursive: true });
  });

  testEveryBarrier('encrypted-file', { scene: () => scene });
});
