import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { awsFiles } from './aws.ts';
import { checkFile, filesOf } from './frame.ts';

filesOf(awsFiles);

it('finds a set-up that writes its line into another profile', async () => {
  const astray = (index: number) =>
    checkFile(awsFiles, 1, index, (engine, scene) => ({
      ...engine,
      apply: async (tool) => {
        const report = await engine.apply(tool);
        const file = join(scene.home, '.aws/config');
        const text = await readFile(file, 'utf8');
        await writeFile(file, text.replace(/\[profile +"?keytray-deploy"?\]/, '[profile astray]'));
        return report;
      },
    }));
  const found = await Promise.allSettled([0, 1].map(astray));
  expect(found.map(({ status }) => status)).toContain('rejected');
});
