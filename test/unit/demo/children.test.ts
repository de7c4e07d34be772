import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { run, startChild } from '../../../demo/children.ts';

const options = { env: { PATH: process.env.PATH }, cwd: tmpdir() };

function node(script: string) {
  return startChild(process.execPath, ['-e', script], options);
}

describe('a child of the demo', () => {
  it('gives its first line while it runs, and is gone when stopped', async () => {
    const child = node("process.stdout.write('one\\ntwo\\n'); setInterval(() => {}, 1000)");
    expect(await child.firstLine()).toBe('one');
    await child.stop();
    expect((await child.ended).stdout).toBe('one\ntwo\n');
  });

  it('joins a first line that comes in pieces', async () => {
    const child = node("process.stdout.write('on'); setTimeout(() => process.stdout.write('e\\n'), 20)");
    expect(await child.firstLine()).toBe('one');
    expect((await child.ended).status).toBe(0);
  });

  it('fails with what it said when it ends without a line', async () => {
    const child = node("process.stderr.write('no account\\n'); process.exitCode = 8");
    await expect(child.firstLine()).rejects.toThrow('no account');
  });

  it('fails when there is no such program', async () => {
    await expect(run('/nonexistent/program', [], options)).rejects.toThrow('ENOENT');
  });

  it('fails with status and words when it ends badly', async () => {
    await expect(
      run(process.execPath, ['-e', "process.stderr.write('bad'); process.exit(3)"], options),
    ).rejects.toThrow(/ended with 3: bad$/);
  });
});
