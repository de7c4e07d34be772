import { matchesGlob } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The tests that mutants are shown to: those that run the mutated folders in their own process. Cheap ones first, as
 * the first failure ends a mutant.
 */
const tests = [
  'unit/{accounts,oauth,refresh}/*',
  'integration/{accounts,refresh}/*',
  'integration/oauth/*',
  'integration/broker/{sign-in,sign-in-notices,account-notices,locked-store,wake,attempts}',
  'integration/faults/{fault-matrix,replies,calls,grants,audiences,network-faults}',
  'integration/model/*',
  'integration/broker/refresh',
].map((part) => `test/${part}.test.ts`);

class CheapFirst extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) =>
      tests.findIndex((pattern) => matchesGlob(moduleId, `**/${pattern}`));
    return specifications.toSorted((a, b) => rank(a) - rank(b) || (a.moduleId < b.moduleId ? -1 : 1));
  }
}

export default defineConfig({
  test: {
    include: tests,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    /** Modules are read once a mutant, not once a file: five times as fast. */
    isolate: false,
    sequence: { sequencer: CheapFirst },
  },
});
