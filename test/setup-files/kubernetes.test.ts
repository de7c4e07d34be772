import { it } from 'vitest';
import { filesOf, findFault, replaceIn } from './frame.ts';
import { kubernetesFiles } from './kubernetes.ts';

filesOf(kubernetesFiles);

it('finds a set-up that leaves the context with its old user', () =>
  findFault(kubernetesFiles, [0, 1, 2], {
    foundBy: 'kubectl asks us in context',
    damage: async (scene) => {
      const files = (scene.env.KUBECONFIG ?? '').split(':');
      const done = await Promise.all(files.map((file) => replaceIn(file, /user: keytray-lab/, 'user: me')));
      return done.includes(true);
    },
  }));
