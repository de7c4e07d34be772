import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runToEnd } from '../../support/processes.ts';

const program = join(import.meta.dirname, '../../support/programs/crash.ts');
const token = 'Zq3-77aTokenTokenToken_0123456789';

describe('a crash', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keytray-crash-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it.each(['thrown', 'rejected', 'awaited', 'json', 'emitted', 'text'])(
    'says where, and nothing it had in hand, when an error was %s',
    async (kind) => {
      const log = join(folder, 'agent.log');
      const args = ['--disable-warning=ExperimentalWarning', program, kind, log];
      const ended = await runToEnd(process.execPath, args, { env: {}, cwd: folder, input: token });
      const said = await readFile(log, 'utf8');
      expect(ended.status).toBe(1);
      for (const text of [ended.stderr, said]) {
        expect(text).toContain('unexpected failure');
        if (kind !== 'text') expect(text).toMatch(/(?:Type|Syntax)Error at .*\.ts:\d+/);
        expect(text).not.toContain(token);
        expect(text).not.toContain(token.slice(0, 8));
      }
      expect(ended.stderr.trim().split('\n')).toHaveLength(1);
      expect(ended.stdout).toBe('');
    },
  );

  it('would have been told whole by Node itself', async () => {
    const script = `const token = '${token}'; throw Object.assign(new Error('no ' + token), { token })`;
    const ended = await runToEnd(process.execPath, ['-e', script], { env: {}, cwd: folder });
    expect(ended.stderr).toContain(token);
  });
});
