import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guardSandbox } from '../../../build/packaging/sandbox-guard.ts';
import { runToEnd } from '../../support/processes.ts';

describe('the sandbox of an AppImage', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'keytray guard-'));
    await writeFile(path.join(folder, 'app'), '#!/bin/sh\nprintf "<%s>" "$@"\nexit 7\n', { mode: 0o755 });
    await guardSandbox(folder, 'app');
    await symlink('app', path.join(folder, 'link'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const run = (...args: string[]) =>
    runToEnd(path.join(folder, 'link'), args, { cwd: '/', env: { PATH: process.env.PATH } });

  it('starts the app with what it was given, through a link too', async () => {
    expect(await run('--autostart', 'a b')).toEqual({ status: 7, stdout: '<--autostart><a b>', stderr: '' });
  });

  it('does not start it without one, whoever asked for that', async () => {
    const { status, stdout, stderr } = await run('--autostart', '--no-sandbox');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/does not run without one.*\n.*userns,/);
  });
});
