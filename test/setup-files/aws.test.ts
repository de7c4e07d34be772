import { join } from 'node:path';
import { it } from 'vitest';
import { awsFiles, inOurProfile } from './aws.ts';
import { filesOf, findFault, replaceIn } from './frame.ts';

filesOf(awsFiles);

it('finds a set-up that writes its line into another profile', () =>
  findFault(awsFiles, [0, 1, 2], {
    foundBy: inOurProfile,
    damage: (scene) =>
      replaceIn(join(scene.home, '.aws/config'), /\[profile +"?keytray-deploy"?\]/, '[profile astray]'),
  }));
