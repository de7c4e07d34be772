import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliSandbox } from '../../support/cli-process.ts';

let sandbox: CliSandbox;
beforeEach(async () => {
  sandbox = await CliSandbox.create({ config: 'accounts: {}\n' });
});
afterEach(async () => {
  await sandbox.run(['stop']);
  await sandbox[Symbol.asyncDispose]();
});

const pidOf = (stdout: string): number => Number(/process (\d+)/.exec(stdout)?.[1]);
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('the agent in the background', () => {
  it('is started, started once, restarted and stopped by its own commands', async () => {
    const first = await sandbox.run(['start']);
    expect(first).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Started \(process \d+\)\.\n$/) });
    const pid = pidOf(first.stdout);
    expect(isAlive(pid)).toBe(true);
    expect((await sandbox.run(['start'])).stdout).toBe(`Already running (process ${pid}).\n`);
    const again = await sandbox.run(['restart']);
    expect(again.status).toBe(0);
    expect(pidOf(again.stdout)).not.toBe(pid);
    expect(isAlive(pid)).toBe(false);
    expect(await sandbox.run(['stop'])).toMatchObject({ status: 0, stdout: 'Stopped.\n' });
    expect(isAlive(pidOf(again.stdout))).toBe(false);
    expect(await sandbox.run(['stop'])).toMatchObject({ status: 0, stdout: 'Keytray is not running.\n' });
    expect(await sandbox.run(['status'])).toMatchObject({ status: 3 });
  });

  it('is started by restart where none ran', async () => {
    expect(await sandbox.run(['restart'])).toMatchObject({ status: 0, stdout: expect.stringContaining('Started') });
  });

  it('that cannot start is said to be so', async () => {
    // Nobody can make a socket there.
    const env = { KEYTRAY_SOCKET: '/proc/nowhere/keytray.sock' };
    expect(await sandbox.run(['start'], { env })).toMatchObject({
      status: expect.any(Number),
      stderr: expect.stringContaining('keytray agent'),
    });
  });
});
