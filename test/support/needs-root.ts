import { it, type TestContext } from 'vitest';

/** What `npm test` prints beside a test it could not run; such tests are counted apart. */
export const needsRootNote = 'not run: needs root';

/** A test that only root can run: elsewhere it is reported as not run, never as passed. */
export function needsRoot(name: string, run: (context: TestContext) => Promise<void> | void, timeout?: number): void {
  it(name, timeout === undefined ? {} : { timeout }, async (context) => {
    if (process.getuid?.() !== 0) context.skip(needsRootNote);
    await run(context);
  });
}
