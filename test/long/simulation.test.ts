import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);

describe('npm run simulate', () => {
  it('keeps 1,000 accounts signed in for 30 days', async () => {
    const program = join(import.meta.dirname, '../simulation/simulate.ts');
    const { stdout } = await run(process.execPath, [program, '--seed', '1']);
    expect(stdout).toContain('seed 1, 30 days, 1000 accounts');
    expect(stdout).toMatch(/^ +500 {2}outages$/m);
    expect(stdout).toMatch(/^simulation: ok seed=1 /m);
  });
});
