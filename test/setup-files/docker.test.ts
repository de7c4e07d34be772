import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dockerFiles } from './docker.ts';
import { checkFile, filesOf } from './frame.ts';

filesOf(dockerFiles);

it('finds a set-up that drops the headers a person sends', async () => {
  const dropping = (seed: number) =>
    checkFile(dockerFiles, 1, seed, (engine, scene) => ({
      ...engine,
      apply: async (tool) => {
        const report = await engine.apply(tool);
        const file = join(scene.home, '.docker/config.json');
        await writeFile(file, (await readFile(file, 'utf8')).replace('HttpHeaders', 'HttpHeader'));
        return report;
      },
    }));
  const found = await Promise.allSettled([0, 1, 2, 3, 4, 5].map(dropping));
  expect(found.map(({ status }) => status)).toContain('rejected');
});
