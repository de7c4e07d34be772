import path from 'node:path';
import type { Vitest } from 'vitest/node';
import './row.ts';
import type { ShowingTest } from './report.ts';

/** What a run shows of the five systems. */
export function showingTests(vitest: Vitest, repository: string): readonly ShowingTest[] {
  return vitest.state.getTestModules().flatMap((module) =>
    [...module.children.allTests('passed')].flatMap((test) => {
      const { rows = [] } = test.meta();
      return rows.length === 0 ? [] : [{ file: path.relative(repository, module.moduleId), name: test.fullName, rows }];
    }),
  );
}
