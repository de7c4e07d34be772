import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);

describe('npm run simulate', () => {
  it('keeps 30 accounts signed in for 3 days', async () => {
    const short = ['--seed', '1', '--days', '3', '--accounts', '30', '--outages', '20'];
    const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'simulate.ts'), ...short]);
    expect(stdout).toContain('seed 1, 3 days, 30 accounts');
    expect(stdout).toMatch(/^ +20 {2}outages$/m);
    expect(stdout).toMatch(/^simulation: ok seed=1 /m);
  });

  it('exits 1 on any loss, and 2 where it is asked for something else', async () => {
    const failing = ['--seed', '2', '--days', '2', '--accounts', '50', '--control', 'two-brokers'];
    const program = join(import.meta.dirname, 'simulate.ts');
    await expect(run(process.execPath, [program, ...failing])).rejects.toMatchObject({ code: 1 });
    await expect(run(process.execPath, [program, '--days', 'x'])).rejects.toMatchObject({ code: 2 });
  });
});
