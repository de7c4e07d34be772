import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { startVitest } from 'vitest/node';
import { rowsDocument, unshown } from './report.ts';
import { showingTests } from './showing-tests.ts';

/** `npm run rows`: runs the tests that show rows of the five systems, and writes docs/services/rows.md. */

const repository = path.join(import.meta.dirname, '../..');
const listed = execFileSync('git', ['grep', '--untracked', '-lF', "rows/row.ts'", '--', 'test'], {
  cwd: repository,
});
const files = String(listed)
  .split('\n')
  .filter((file) => file.endsWith('.test.ts'));
const vitest = await startVitest(files, { watch: false, run: true, allowOnly: false });
const tests = showingTests(vitest, repository);
const failed = vitest.state.getCountOfFailedTests();
await vitest.close();
writeFileSync(path.join(repository, 'docs/services/rows.md'), rowsDocument(tests));
const missing = unshown(tests);
process.stdout.write(
  `rows: ${missing.length === 0 ? 'each has a test or a reason' : `nothing shows ${missing.join(', ')}`}\n`,
);
process.exit(failed > 0 || missing.length > 0 ? 1 : 0);
