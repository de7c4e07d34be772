import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'vitest';
import { bazelFiles, counts } from './bazel.ts';
import { filesOf, findFault } from './frame.ts';

filesOf(bazelFiles);

it('finds a set-up whose line goes on with the line before', () =>
  findFault(bazelFiles, [0, 1, 2, 3], {
    foundBy: counts,
    damage: async ({ home }) => {
      const file = join(home, '.bazelrc');
      const text = await readFile(file, 'utf8');
      await writeFile(file, text.replace(/(?=^common --credential_helper=\S+keytray)/m, '# mine \\\n'));
      return true;
    },
  }));
