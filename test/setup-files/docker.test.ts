import { join } from 'node:path';
import { it } from 'vitest';
import { dockerFiles } from './docker.ts';
import { filesOf, findFault, replaceIn, sameButUs } from './frame.ts';

filesOf(dockerFiles);

it('finds a set-up that drops the headers a person sends', () =>
  findFault(dockerFiles, [0, 1, 2, 3, 4, 5], {
    foundBy: sameButUs,
    damage: (scene) => replaceIn(join(scene.home, '.docker/config.json'), 'HttpHeaders', 'HttpHeader'),
  }));
