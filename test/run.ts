import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseCLI, startVitest, type TestCase, type Vitest } from 'vitest/node';
import { rowsDocument, unshown } from './rows/report.ts';
import { showingTests } from './rows/showing-tests.ts';
import { compileCache } from './support/compile-cache.ts';
import { costLines, type FileCost } from './support/cost-report.ts';
import { type CpuMeter, startCpuMeter } from './support/cpu-meter.ts';
import { type ModuleOutcome, type TestOutcome, tallyLines, tallyOf, tallyStatus } from './support/tally.ts';

/** `npm test`: every project, then what it cost and the count. Arguments go to vitest (`npm test -- --project unit`). */

const repository = path.join(import.meta.dirname, '..');

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

function costsOf(vitest: Vitest, meter: CpuMeter): readonly FileCost[] {
  return vitest.state.getTestModules().map((module) => {
    const file = path.relative(repository, module.moduleId);
    const { collectDuration, duration } = module.diagnostic();
    return { file, cpu: meter.of(file), wall: (collectDuration + duration) / 1_000 };
  });
}

/** What is wrong with docs/services/rows.md after a whole run: it says which test shows what people need. */
function rowProblems(vitest: Vitest): readonly string[] {
  const tests = showingTests(vitest, repository);
  const missing = unshown(tests).map((id) => `nothing shows row ${id} of test/rows/systems.ts`);
  const written = readFileSync(path.join(repository, 'docs/services/rows.md'), 'utf8');
  const stale = written === rowsDocument(tests) ? [] : ['docs/services/rows.md is stale: npm run rows'];
  return [...missing, ...stale];
}

/** Runs a step of the build; what it lacks, it has said. */
function step(program: string, ...args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, [path.join(repository, program), ...args], { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

process.env.NODE_COMPILE_CACHE ??= compileCache;
const meter = startCpuMeter();
step('build/prerequisites.ts', 'test');
// The tests run the programs of out/, which must be those of the sources beside it.
step('build/bundle.ts');

const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)]);
const vitest = await startVitest(filter, { ...options, watch: false, run: true, allowOnly: false });
const whole = process.argv.length === 2;
const problems = whole ? rowProblems(vitest) : [];
const tally = tallyOf(modulesOf(vitest), vitest.state.getUnhandledErrors().length + problems.length);
const files = costsOf(vitest, meter);
await vitest.close();
const cost = costLines({ files, total: meter.total(), counts: meter.counts });
meter.close();
process.stdout.write(`${[...cost, ...problems, ...tallyLines(tally)].join('\n')}\n`);
process.exit(tallyStatus(tally));
