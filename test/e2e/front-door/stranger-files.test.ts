import { chmod, chown, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { createKeytray, type Keytray } from '../../support/keytray.ts';
import { needsRoot } from '../../support/needs-root.ts';

const stranger = 65_534;
let keytray: Keytray;

beforeEach(async () => {
  keytray = await createKeytray();
  await keytray.configure('accounts: {}\n');
});

afterEach(() => keytray.close());

describe('an agent among files of another user', () => {
  needsRoot('does not start from their configuration, and tells root to go without sudo', async () => {
    const config = path.join(keytray.folder, 'config.yaml');
    await chown(config, stranger, stranger);
    const { status, stderr } = await keytray.run(['agent']);
    expect(status).toBe(2);
    expect(stderr).toContain('run it without sudo');
    expect(stderr).not.toContain('chown');
  });

  needsRoot('writes nothing into their state folder, not even its log', async () => {
    const victim = path.join(keytray.folder, 'victim');
    await writeFile(victim, 'mine\n');
    const state = path.join(keytray.folder, 'state', 'keytray');
    await mkdir(state, { recursive: true });
    await symlink(victim, path.join(state, 'agent.log'));
    await chown(state, stranger, stranger);
    const { status, stderr } = await keytray.run(['agent']);
    expect([status, stderr]).toEqual([2, `keytray: ${state} belongs to uid ${stranger}; run it without sudo\n`]);
    await chown(state, 0, 0);
    await chmod(state, 0o1777);
    expect((await keytray.run(['agent'])).stderr).toBe(
      `keytray: others can write to ${state}; run: chmod go-w ${state}\n`,
    );
    expect(await readFile(victim, 'utf8')).toBe('mine\n');
  });
});
