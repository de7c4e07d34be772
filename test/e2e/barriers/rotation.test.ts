import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BarrierAgent, startBarrierAgent } from '../../support/barrier-scene.ts';
import { rotationPassage } from '../../support/barrier-table.ts';
import { layCheapFile } from '../../support/cheap-file.ts';
import { createKeytray, type Keytray } from '../../support/keytray.ts';
import { type Dataiku, knownKeys, startDataiku } from '../../support/vendors/dataiku/dataiku.ts';
import { waitFor } from '../../support/wait-for.ts';

const passphrase = 'correct horse battery staple';

async function filesBelow(folder: string) {
  const entries = (await readdir(folder, { withFileTypes: true, recursive: true })).filter((entry) => entry.isFile());
  return await Promise.all(
    entries.map(async ({ name, parentPath }) => {
      const file = path.join(parentPath, name);
      return { name, mode: (await stat(file)).mode, text: await readFile(file, 'latin1') };
    }),
  );
}

describe('killed between the steps of a rotation', () => {
  let folder: string;
  let instance: Dataiku;
  let keytray: Keytray;
  let agent: BarrierAgent | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'keytray-passphrase-'));
    const file = path.join(folder, 'passphrase');
    await writeFile(file, `${passphrase}\n`, { mode: 0o600 });
    instance = await startDataiku();
    // Dataiku shows nothing of a secret, so its only key in force is known to be the account's own.
    const others = instance.keys.filter(({ id, user }) => user === 'kim' && id !== 'key-personal');
    for (const other of others) instance.keys.splice(instance.keys.indexOf(other), 1);
    keytray = await createKeytray({ KEYTRAY_PASSPHRASE_FILE: file });
    await layCheapFile(path.join(keytray.folder, 'state', 'keytray'), passphrase);
    await keytray.configure(
      `accounts: { dataiku: { service: dataiku, url: '${instance.url}', store: encrypted-file } }\n`,
    );
    await keytray.startAgent();
    const login = await keytray.api.startLogin('dataiku', { user_agent: 'browser' });
    await keytray.api.finishLogin(login.login_id, { fields: { api_key: knownKeys.personal } });
    await keytray.stopAgent();
  });
  afterEach(async () => {
    await agent?.kill();
    await keytray.close();
    await instance.close();
    await rm(folder, { recursive: true });
  });

  const keys = () => instance.keys.filter(({ user }) => user === 'kim');
  const expectOneKey = async (): Promise<void> => {
    const [key, ...more] = keys();
    expect(more).toEqual([]);
    expect(await keytray.api.token('dataiku', {})).toMatchObject({ access_token: key?.secret });
    expect(await keytray.api.test('dataiku')).toMatchObject({ ok: true });
  };

  /** The rotation begins in an agent that stops at `barrier`; what its caller was told. */
  const rotateUntil = async (barrier: string): Promise<'answered' | 'cut off'> => {
    const running = await startBarrierAgent(barrier, keytray.env);
    agent = running;
    const call = keytray.api.apiKeys.rotate('dataiku', 'key-personal', {}).then(
      () => 'answered' as const,
      () => 'cut off' as const,
    );
    await Promise.race([running.reached(barrier), call.then(() => running.lastWords())]);
    await running.kill();
    return await call;
  };

  it('passes these steps, in this order', async () => {
    expect(await rotateUntil('none')).toBe('answered');
    expect(agent?.passed).toEqual(rotationPassage);
    await keytray.startAgent();
    await expectOneKey();
  });

  it.each(rotationPassage)('at %s: the account works, and the next rotation leaves one key', async (barrier) => {
    expect(await rotateUntil(barrier)).toBe('cut off');
    expect(agent?.passed.at(-1)).toBe(barrier);
    const left = await filesBelow(path.join(keytray.folder, 'state'));
    expect(left.map(({ name }) => name)).toContain('dataiku.json');
    for (const { mode, text } of left) {
      expect(mode & 0o077).toBe(0);
      for (const { secret } of keys()) expect(text).not.toContain(secret);
    }
    await keytray.startAgent();
    // There is always a key that the account has and the instance knows.
    expect(await keytray.api.test('dataiku')).toMatchObject({ ok: true });
    await waitFor('the notice', async () => (await keytray.log()).includes('"id":"rotation:dataiku"'));
    const rotated = await keytray.run(['api-keys', 'rotate', 'dataiku']);
    expect(rotated).toMatchObject({ status: 0, stderr: '' });
    await expectOneKey();
    expect(keys().map(({ label }) => label)).toEqual(['personal-2']);
    const shown = `${rotated.stdout}${await keytray.log()}`;
    for (const secret of [knownKeys.personal, keys()[0]?.secret ?? '']) expect(shown).not.toContain(secret);
  });
});
