import { readFile, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { toolHome } from '../integration/setup/tool-home.ts';
import { filesOf, findFault } from './frame.ts';
import { counts, fileOf, npmFiles, npmSays } from './npm.ts';

filesOf(npmFiles);

it('finds a set-up that writes below a section', () =>
  findFault(npmFiles, [0, 1, 2, 3], {
    foundBy: counts,
    damage: async (scene) => {
      const file = fileOf(scene);
      const text = await readFile(file, 'utf8');
      const ours = text.split(/(?<=\n)/).filter((line) => line.includes('npm-token-keytray'));
      const rest = ours.reduce((left, line) => left.replace(line, ''), text);
      await writeFile(file, `${rest}\n[mine]\n${ours.join('')}`);
      return ours.length > 0;
    },
  }));

it('says what npm 11 says of our line at every command', async () => {
  const home = await toolHome(npmFiles.accounts);
  await home.write('.npmrc', 'fund=false\n');
  expect(await npmSays(home)).not.toContain('tokenHelper');
  await home.apply('npm');
  expect(await npmSays(home)).toMatch(/^npm warn Unknown user config "tokenHelper"/m);
});
