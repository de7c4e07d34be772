import { onTestFinished } from 'vitest';
import type { RowId } from './systems.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** Rows of the five systems that the test shows. */
    rows?: readonly RowId[];
  }
}

/** Called inside a test that shows the rows: it counts for them where it passes. */
export function row(...ids: readonly RowId[]): void {
  onTestFinished(({ task }) => {
    task.meta.rows = [...new Set([...(task.meta.rows ?? []), ...ids])];
  });
}
