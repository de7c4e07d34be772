import { execFile } from 'node:child_process';
import { chown, mkdir, rm, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { needsRoot } from '../../support/needs-root.ts';
import { accounts } from './tool-cases.ts';
import { toolHome } from './tool-home.ts';

const run = promisify(execFile);

describe('a file that setup is to write', () => {
  it('is refused where it is a named pipe, and not waited for', async () => {
    const home = await toolHome(accounts);
    await run('mkfifo', [home.path('.npmrc'), home.path('.terraformrc')]);
    await expect(home.apply('npm')).rejects.toThrow(/\.npmrc is not a regular file/);
    await expect(home.plan('terraform')).rejects.toThrow(/\.terraformrc is not a regular file/);
    expect((await stat(home.path('.npmrc'))).isFIFO()).toBe(true);
  });

  it('is refused where it is a folder', async () => {
    const home = await toolHome(accounts);
    await mkdir(home.path('.npmrc'));
    await expect(home.apply('npm')).rejects.toThrow(/\.npmrc is not a regular file/);
  });

  needsRoot('stays its owner’s', async () => {
    const home = await toolHome(accounts);
    await home.write('.npmrc', 'a=b\n');
    await chown(home.path('.npmrc'), 65_534, 65_534);
    await expect(home.apply('npm')).rejects.toThrow(
      /\.npmrc belongs to another user \(uid 65534\); nothing was changed/,
    );
    expect(await home.read('.npmrc')).toBe('a=b\n');
    expect((await stat(home.path('.npmrc'))).uid).toBe(65_534);
  });

  it('is waited for while another program holds it for a moment', async () => {
    const home = await toolHome(accounts);
    await home.write('.npmrc', 'a=b\n');
    await home.write('.npmrc.lock', '');
    const applied = home.apply('npm');
    await delay(60);
    await rm(home.path('.npmrc.lock'));
    expect(await applied).toMatchObject({ changed: true });
  });

  it('is written once by many set-ups at a time, and undone byte for byte', async () => {
    const home = await toolHome(accounts);
    await home.write('.npmrc', 'a=b\n');
    const reports = await Promise.all(Array.from({ length: 6 }, () => home.apply('npm')));
    expect(reports).toHaveLength(6);
    const lines = (await home.read('.npmrc')).trimEnd().split('\n');
    expect(lines.filter((line) => line.includes('tokenHelper'))).toHaveLength(2);
    expect(new Set(lines).size).toBe(lines.length);
    await home.undo('npm');
    expect(await home.read('.npmrc')).toBe('a=b\n');
  });
});
