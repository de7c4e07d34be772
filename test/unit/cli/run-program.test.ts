import { expect, it } from 'vitest';
import { runProgram } from '../../../cli/run-program.ts';

it('a command line the system does not take is status 126', async () => {
  await expect(runProgram('true', ['x'.repeat(200_000)], { PATH: '/usr/bin:/bin' })).rejects.toMatchObject({
    exit: 126,
  });
});

it('leaves no signal handler behind', async () => {
  const before = process.listenerCount('SIGINT') + process.listenerCount('SIGTERM');
  expect(await runProgram('true', [], { PATH: '/usr/bin:/bin' })).toBe(0);
  expect(process.listenerCount('SIGINT') + process.listenerCount('SIGTERM')).toBe(before);
});
