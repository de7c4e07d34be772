import { readFile, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { checkFile, filesOf } from './frame.ts';
import { kubernetesFiles } from './kubernetes.ts';

filesOf(kubernetesFiles);

it('finds a set-up that leaves the context with its old user', async () => {
  const forgetting = (index: number) =>
    checkFile(kubernetesFiles, 1, index, (engine, scene) => ({
      ...engine,
      apply: async (tool) => {
        const report = await engine.apply(tool);
        for (const file of (scene.env.KUBECONFIG ?? '').split(':')) {
          const text = await readFile(file, 'utf8');
          await writeFile(file, text.replace(/user: keytray-lab/, 'user: me'));
        }
        return report;
      },
    }));
  const found = await Promise.allSettled([0, 1, 2].map(forgetting));
  expect(found.map(({ status }) => status)).toContain('rejected');
});
