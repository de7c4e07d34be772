import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);

/** Busy for as much CPU time as is asked for, in a process of its own that a test file is charged with. */
const program = `
  import { spawnSync } from 'node:child_process';
  import { beginFile, startCpuMeter } from ${JSON.stringify(path.join(import.meta.dirname, '../../support/cpu-meter.ts'))};
  const meter = startCpuMeter(process.argv[1]);
  const ended = beginFile('test/busy.test.ts');
  const busy = "const end = process.cpuUsage().user + 3e5; while (process.cpuUsage().user < end);";
  spawnSync(process.execPath, ['-e', busy]);
  ended();
  const [of, other, total] = [meter.of('test/busy.test.ts'), meter.of('test/idle.test.ts'), meter.total()];
  meter.close();
  process.stdout.write(JSON.stringify({ counts: meter.counts, of, other, total }));
`;

const measured = async (wanted: string): Promise<{ counts: string; of: number; other: number; total: number }> => {
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '--eval', program, wanted];
  const { stdout } = await run(process.execPath, args, { env: { PATH: process.env.PATH } });
  return JSON.parse(stdout);
};

describe('the meter of CPU time', () => {
  it.each([
    ['in a cgroup, where it may have one,', 'cgroup', /^(cgroup|children)$/],
    ['by what was waited for', 'children', /^children$/],
  ])('%s charges a test file with what its children use, and the run with all of it', async (_, wanted, expected) => {
    const { counts, of, other, total } = await measured(wanted);
    expect(counts).toMatch(expected);
    expect(of).toBeGreaterThan(0.29);
    expect(other).toBe(0);
    expect(total).toBeGreaterThanOrEqual(of);
  });
});
