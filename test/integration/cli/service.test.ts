import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unitText } from '../../../core/setup/systemd/unit-text.ts';
import { CliSandbox } from '../../support/cli-process.ts';

/** Records what it is told, and fails where a file of this name is beside it. */
const stub = `#!/bin/sh
folder=$(dirname "$0")
echo "$*" >> "$folder/told"
if [ -e "$folder/no-manager" ]; then echo "Failed to connect to bus: No medium found" >&2; exit 1; fi
`;

describe('keytray service', () => {
  let sandbox: CliSandbox;
  let bin: string;
  let unit: string;

  beforeEach(async () => {
    sandbox = await CliSandbox.create();
    bin = join(sandbox.home, 'bin');
    unit = join(sandbox.home, 'config/systemd/user/keytray.service');
    await mkdir(bin);
    await writeFile(join(bin, 'systemctl'), stub);
    await chmod(join(bin, 'systemctl'), 0o755);
  });
  afterEach(() => sandbox[Symbol.asyncDispose]());

  const run = (verb: string) =>
    sandbox.run(['service', verb], { env: { PATH: `${bin}:${sandbox.env.PATH}`, KEYTRAY_CONFIG: '/tmp/a 100%/$x' } });
  const told = async () => (await readFile(join(bin, 'told'), 'utf8').catch(() => '')).trim().split('\n');

  it('writes a unit that systemd takes, starts it, and takes both back', async () => {
    const installed = await run('install');
    expect(installed).toMatchObject({ status: 0, stderr: '' });
    expect(installed.stdout).toContain(`Wrote ${unit}.`);
    expect(await told()).toEqual(['--user daemon-reload', '--user enable --now keytray.service']);
    const text = await readFile(unit, 'utf8');
    expect(text).toMatch(/^ExecStart="\/.*\/bin\/keytray" agent$/m);
    expect(text).toMatch(/^Restart=on-failure$/m);
    expect(text).toContain('Environment="KEYTRAY_CONFIG=/tmp/a 100%%/$x"');
    // Its words go to standard error; a unit without a fault has none.
    const judged = await promisify(execFile)('systemd-analyze', ['--user', 'verify', unit], {
      env: { ...process.env, XDG_RUNTIME_DIR: sandbox.home, HOME: sandbox.home },
    });
    expect(judged.stderr.split('\n').filter((line) => line.includes('keytray.service'))).toEqual([]);

    const removed = await run('remove');
    expect(removed).toMatchObject({ status: 0, stderr: '' });
    expect((await told()).slice(2)).toEqual(['--user disable --now keytray.service', '--user daemon-reload']);
    expect(existsSync(dirname(unit))).toBe(false);
    expect((await run('remove')).stdout).toBe('No service is installed.\n');
  });

  it('names a configuration by its absolute path, and the folders that the shell has set', async () => {
    const env = { PATH: `${bin}:${sandbox.env.PATH}`, KEYTRAY_CONFIG: 'a.yaml', XDG_STATE_HOME: '/tmp/state' };
    expect(await sandbox.run(['service', 'install'], { env })).toMatchObject({ status: 0 });
    const text = await readFile(unit, 'utf8');
    expect(text).toMatch(/^Environment="KEYTRAY_CONFIG=\/.*\/a\.yaml"$/m);
    expect(text).toMatch(/^Environment="XDG_STATE_HOME=\/tmp\/state"$/m);
    expect(text).toMatch(/^Environment="XDG_CONFIG_HOME=\/.*\/config"$/m);
  });

  it('can be installed again', async () => {
    await run('install');
    const before = await readFile(unit, 'utf8');
    expect(await run('install')).toMatchObject({ status: 0, stderr: '' });
    expect(await readFile(unit, 'utf8')).toBe(before);
  });

  it('says what to run where no service manager answers', async () => {
    await writeFile(join(bin, 'no-manager'), '');
    const { status, stdout } = await run('install');
    expect(status).toBe(0);
    expect(stdout).toContain('Failed to connect to bus: No medium found');
    expect(stdout).toContain('systemctl --user enable --now keytray.service');
    expect(existsSync(unit)).toBe(true);
    expect((await run('remove')).status).toBe(0);
    expect(existsSync(unit)).toBe(false);
  });

  it('leaves a unit that it did not write, or that was changed since', async () => {
    await mkdir(dirname(unit), { recursive: true });
    await writeFile(unit, '[Service]\nExecStart=/bin/true\n');
    const refused = await run('install');
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('was not written by Keytray');
    const kept = await run('remove');
    expect(kept.status).toBe(0);
    expect(kept.stderr).toContain('stays');
    expect(await readFile(unit, 'utf8')).toBe('[Service]\nExecStart=/bin/true\n');
    expect(await told()).toEqual(['']);
  });

  it('follows a link of the person', async () => {
    const elsewhere = join(sandbox.home, 'dotfiles');
    await mkdir(elsewhere);
    await symlink(elsewhere, join(sandbox.home, 'config/systemd'));
    expect(await run('install')).toMatchObject({ status: 0 });
    expect(existsSync(join(elsewhere, 'user/keytray.service'))).toBe(true);
  });
});

describe('the text of the unit', () => {
  it('quotes what systemd would read as something else', () => {
    const text = unitText('/home/a "b"/50%/$HOME/keytray', { X: 'a$b' });
    expect(text).toContain('ExecStart="/home/a \\"b\\"/50%%/$$HOME/keytray" agent');
    expect(text).toContain('Environment="X=a$b"');
    expect(text).not.toContain('@');
  });

  it('has no line that a path could add', () => {
    expect(() => unitText('/home/a\nExecStartPre=/bin/true')).toThrow(RangeError);
  });
});
