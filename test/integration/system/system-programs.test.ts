import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../../core/platform/system-clock.ts';
import { SystemPrograms } from '../../../core/platform/system-programs.ts';
import type { Printed } from '../../../core/ports.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { StubPrograms } from '../../support/stub-programs.ts';
import { waitFor } from '../../support/wait-for.ts';

let stubs: StubPrograms;

beforeEach(async () => {
  stubs = await StubPrograms.create();
});
afterEach(async () => {
  await stubs[Symbol.asyncDispose]();
});

const runner = (env: Readonly<Record<string, string>> = {}, clock = new ManualClock()): SystemPrograms =>
  new SystemPrograms({ env: { PATH: stubs.path, ...env }, clock });

const shown = (printed: Printed): unknown => (printed.kind === 'printed' ? printed.text.reveal() : printed);

describe('a program of the person', () => {
  it('is given its arguments as they stand, no shell, no input, and nothing of ours in its environment', async () => {
    await stubs.write('tool', 'cat; printf "%s|" "$@"; env');
    const env = { HOME: '/home/kim', LD_PRELOAD: '/evil.so', NODE_OPTIONS: '--inspect', KEYTRAY_SOCKET: '/run/x' };
    const text = String(shown(await runner(env).print(['tool', '$(id)', 'a b', ';true'])));
    expect(text).toContain('$(id)|a b|;true|');
    expect(text).toContain('HOME=/home/kim');
    expect(text).not.toMatch(/LD_PRELOAD|NODE_OPTIONS|KEYTRAY_SOCKET/);
  });

  it('is found once: what comes to lie before it on PATH does not take its place', async () => {
    const first = path.join(stubs.folder, 'first');
    await mkdir(first);
    await stubs.prints('tool', 'the-real-one');
    const programs = runner({ PATH: `${first}:${stubs.path}` });
    expect(shown(await programs.print(['tool']))).toBe('the-real-one');
    await writeFile(path.join(first, 'tool'), '#!/bin/sh\necho another', { mode: 0o755 });
    expect(shown(await programs.print(['tool']))).toBe('the-real-one');
  });

  it('is not taken from a relative entry of PATH, nor from a folder or file that everybody may write', async () => {
    const open = path.join(stubs.folder, 'open');
    await mkdir(open);
    await writeFile(path.join(open, 'tool'), '#!/bin/sh\necho strange', { mode: 0o755 });
    await chmod(open, 0o777);
    const relative = path.relative(process.cwd(), stubs.folder);
    await stubs.prints('here', 'relative');
    expect(await runner({ PATH: `${open}::.` }).print(['tool'])).toEqual({ kind: 'not_found' });
    expect(await runner({ PATH: relative }).print(['here'])).toEqual({ kind: 'not_found' });
    expect(await runner().print([`${relative}/here`])).toEqual({ kind: 'not_found' });
    await chmod(path.join(stubs.folder, 'here'), 0o777);
    expect(await runner().print(['here'])).toEqual({ kind: 'not_found' });
    expect(shown(await runner().print([path.join(stubs.folder, 'here')]))).toBe('relative');
  });

  it.each<[string, string, Printed]>([
    ['a status', 'echo secret; echo trouble >&2; exit 4', { kind: 'failed', how: 4 }],
    ['a signal', 'kill -SEGV $$', { kind: 'failed', how: 'SIGSEGV' }],
    ['more than a token', 'head -c 200000 /dev/zero; sleep 60', { kind: 'too_long' }],
  ])('may end with %s', async (_what, script, printed) => {
    await stubs.write('tool', script);
    expect(await runner({}, new ManualClock()).print(['tool'])).toEqual(printed);
  });

  it('that is there and cannot be run is told apart from one that is missing', async () => {
    await writeFile(path.join(stubs.folder, 'tool'), '#!/nowhere/sh\n', { mode: 0o755 });
    expect(await runner().print(['tool'])).toEqual({ kind: 'not_started' });
    expect(await runner().print(['other'])).toEqual({ kind: 'not_found' });
    expect(await runner().print([])).toEqual({ kind: 'not_found' });
  });

  it('is ended with all it has started when its time is over', async () => {
    const clock = new ManualClock();
    const pid = path.join(stubs.folder, 'pid');
    await stubs.write('tool', `sleep 600 & echo $! > ${pid}; wait`);
    const printed = runner({}, clock).print(['tool']);
    await waitFor('the child', async () => /^\d+$/.test((await readFile(pid, 'utf8').catch(() => '')).trim()));
    clock.advance(10_000);
    expect(await printed).toEqual({ kind: 'late' });
    const child = Number(await readFile(pid, 'utf8'));
    await waitFor('its end', async () => !(await isRunning(child)));
  });

  it('is not waited for where a child of it holds on to the output', async () => {
    await stubs.write('tool', 'echo token; sleep 30 & exit 0');
    const programs = new SystemPrograms({ env: { PATH: stubs.path }, clock: new SystemClock() });
    expect(shown(await programs.print(['tool']))).toBe('token\n');
  });
});

/** A zombie that nobody has waited for yet has ended. */
async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/\) Z /.test(stat);
}
