import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkFile, filesOf } from './frame.ts';
import { gitFiles } from './git.ts';

filesOf(gitFiles);

it('finds a set-up after which git gives our token to a helper of others', async () => {
  const behind = checkFile(gitFiles, 1, 0, (engine, scene) => ({
    ...engine,
    apply: async (tool) => {
      const report = await engine.apply(tool);
      await appendFile(join(scene.home, '.gitconfig'), '[includeIf "gitdir:~/work/"]\n\tpath = work.inc\n');
      return report;
    },
  }));
  await expect(behind).rejects.toThrow();
});
