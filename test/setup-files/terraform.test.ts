import { needsProgram } from '../support/needs-program.ts';
import { filesOf, findFault, replaceIn } from './frame.ts';
import { counts, fileOf, terraformFiles } from './terraform.ts';

filesOf(terraformFiles, (name, run) => needsProgram('terraform', name, run));

needsProgram('terraform', 'finds a set-up that writes into a comment', () =>
  findFault(terraformFiles, [0, 1, 2, 3], {
    foundBy: counts,
    damage: (scene) =>
      replaceIn(fileOf(scene), /^credentials_helper "keytray" \{\s+args = \[\]\s+\}/m, (block) => `/* ${block} */`),
  }),
);
