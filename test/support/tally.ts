/** One test as a run reports it. `errors` of a module are failures outside any test: imports, hooks. */
export interface ModuleOutcome {
  readonly file: string;
  readonly errors: number;
  readonly tests: readonly TestOutcome[];
}

export type TestOutcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'not_run'; readonly name: string; readonly note: string };

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly notRun: readonly { readonly name: string; readonly note: string }[];
}

/** Counts a whole run. A failure outside a test counts as a failed one: nothing that went wrong may read as passed. */
export function tallyOf(modules: readonly ModuleOutcome[], unhandledErrors: number): Tally {
  const tests = modules.flatMap((module) => module.tests);
  const outside = modules.reduce((sum, module) => sum + module.errors, 0);
  return {
    passed: tests.filter((test) => test.kind === 'passed').length,
    failed: tests.filter((test) => test.kind === 'failed').length + outside + unhandledErrors,
    notRun: tests.filter((test) => test.kind === 'not_run'),
  };
}

/** The last lines of `npm test`: what was not run and why, then the one line that counts. */
export function tallyLines(tally: Tally): readonly string[] {
  const skipped = tally.notRun.length === 0 ? '' : `, ${tally.notRun.length} skipped`;
  return [
    ...tally.notRun.map(({ name, note }) => `${note} (${name})`),
    `${tally.passed} passed, ${tally.failed} failed${skipped}`,
  ];
}

/** A run in which nothing ran proves nothing. */
export function tallyStatus(tally: Tally): 0 | 1 {
  return tally.failed > 0 || tally.passed === 0 ? 1 : 0;
}
