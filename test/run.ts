import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseCLI, startVitest, type TestCase, type Vitest } from 'vitest/node';
import { type ModuleOutcome, type TestOutcome, tallyLines, tallyOf, tallyStatus } from './support/tally.ts';

/** `npm test`: every project, then the count. Arguments go to vitest (`npm test -- --project unit`). */

function outcomeOf(test: TestCase): TestOutcome {
  const result = test.result();
  switch (result.state) {
    case 'passed':
      return { kind: 'passed' };
    case 'skipped':
      return { kind: 'not_run', name: test.fullName, note: result.note ?? 'not run: not chosen' };
    // A test that is still pending at the end was lost on the way.
    default:
      return { kind: 'failed' };
  }
}

function modulesOf(vitest: Vitest): readonly ModuleOutcome[] {
  return vitest.state.getTestModules().map((module) => {
    const suiteErrors = [...module.children.allSuites()].flatMap((suite) => suite.errors()).length;
    return {
      file: module.moduleId,
      errors: module.errors().length + suiteErrors,
      tests: [...module.children.allTests()].map(outcomeOf),
    };
  });
}

// The tests run the programs of out/, which must be those of the sources beside it.
const built = spawnSync(process.execPath, [join(import.meta.dirname, '../build/bundle.ts')], { stdio: 'inherit' });
if (built.status !== 0) process.exit(1);

const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)]);
const vitest = await startVitest(filter, { ...options, watch: false, run: true, allowOnly: false });
const tally = tallyOf(modulesOf(vitest), vitest.state.getUnhandledErrors().length);
await vitest.close();
process.stdout.write(`${tallyLines(tally).join('\n')}\n`);
process.exit(tallyStatus(tally));
