import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'vitest';
import { filesOf, findFault } from './frame.ts';
import { gitFiles, onlyOurs } from './git.ts';

filesOf(gitFiles);

const ours = /\[credential "[^\n]*\n\thelper = \n\thelper = [^\n]*git-credential-keytray\n/;
const include = /\[includeIf "gitdir:~\/work\/"\]\s+path *= *"?(?:~\/)?work\.inc/i;
/** Without a helper git asks no other behind ours. */
const reset = /helper *= *(?:""|[;#]|$)/m;

it('finds a set-up after which git gives our token to a helper of others', () =>
  findFault(gitFiles, [20, 26], {
    foundBy: onlyOurs,
    damage: async ({ home }) => {
      const file = join(home, '.gitconfig');
      const text = (await readFile(file, 'utf8')).replace('\ufeff', '');
      const [section = ''] = ours.exec(text) ?? [];
      const before = text.replace(section, '');
      // Where an include with another helper is behind ours, that is given what ours answered.
      if (section === '' || !include.test(before) || reset.test(before)) return false;
      await writeFile(file, section + before);
      return true;
    },
  }));
