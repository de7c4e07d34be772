import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);

describe('npm run simulate', () => {
  it('keeps 1,000 accounts signed in for 30 days', async () => {
    const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'simulate.ts'), '--seed', '1']);
    expect(stdout).toContain('seed 1, 30 days, 1000 accounts');
    expect(stdout).toMatch(/^ +500 {2}outages$/m);
    expect(stdout).toMatch(/^simulation: ok seed=1 /m);
  });

  it('exits 1 on any loss, and 2 where it is asked for something else', async () => {
    const failing = ['--seed', '2', '--days', '2', '--accounts', '50', '--control', 'two-brokers'];
    const program = join(import.meta.dirname, 'simulate.ts');
    await expect(run(process.execPath, [program, ...failing])).rejects.toMatchObject({ code: 1 });
    await expect(run(process.execPath, [program, '--days', 'x'])).rejects.toMatchObject({ code: 2 });
  });
});
