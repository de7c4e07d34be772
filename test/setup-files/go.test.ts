import { join } from 'node:path';
import { it } from 'vitest';
import { filesOf, findFault, replaceIn } from './frame.ts';
import { counts, fileOf, goFiles } from './go.ts';

filesOf(goFiles);

it('finds a set-up that writes a line behind which another counts', () =>
  findFault(goFiles, [0, 1, 2, 3], {
    foundBy: counts,
    damage: (scene) =>
      replaceIn(join(scene.home, fileOf(scene)), /^(GOAUTH=.*helper go get.*)(\r?\n)/m, '$1$2GOAUTH=netrc$2'),
  }));
