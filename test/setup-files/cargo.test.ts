import { join } from 'node:path';
import { it } from 'vitest';
import { asksUs, cargoFiles, configFile } from './cargo.ts';
import { filesOf, findFault, replaceIn } from './frame.ts';

filesOf(cargoFiles);

it('finds a set-up that names a program that is not ours', () =>
  findFault(cargoFiles, [0, 1, 2], {
    foundBy: asksUs,
    damage: async (scene) =>
      replaceIn(
        join(scene.home, await configFile(scene)),
        /\/cargo-credential-keytray"\]/,
        '/cargo-credential-other"]',
      ),
  }));
