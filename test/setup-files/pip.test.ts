import { join } from 'node:path';
import { afterAll, it } from 'vitest';
import { filesOf, findFault, replaceIn } from './frame.ts';
import { counts, endPip, pipFiles } from './pip.ts';

afterAll(endPip);

filesOf(pipFiles);

it('finds a set-up that leaves pip with another provider', () =>
  findFault(pipFiles, [0, 1, 2], {
    foundBy: counts,
    damage: async ({ home, env }) => {
      const places = ['.config/pip/pip.conf', '.pip/pip.conf'].map((file) => join(home, file));
      const files = env.PIP_CONFIG_FILE === undefined ? places : [env.PIP_CONFIG_FILE, ...places];
      const damaged = files.map((file) =>
        replaceIn(file, /^(\s*keyring[-_]provider ?[=:] ?)subprocess/im, '$1import').catch(() => false),
      );
      return (await Promise.all(damaged)).includes(true);
    },
  }));
