import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { layCheapFile } from '../../support/cheap-file.ts';
import { printedSeed } from '../../support/damage.ts';
import { type Keyring, lookup, startKeyring } from '../../support/keyring.ts';
import { createScene, type Scene, type Store } from './scene.ts';
import { filesShowing, openedBy } from './sealed-files.ts';

const passphrase = 'correct horse battery staple';
const patience = { timeout: 20_000 };

describe('an account whose store: is changed', () => {
  let keyring: Keyring;
  let scene: Scene;

  beforeEach(async () => {
    keyring = await startKeyring();
    scene = await createScene('keychain', keyring.env);
    const file = path.join(scene.keytray.folder, 'passphrase');
    await writeFile(file, passphrase, { mode: 0o600 });
    scene.keytray.env.KEYTRAY_PASSPHRASE_FILE = file;
  });
  afterEach(async () => {
    await scene.close();
    await keyring.stop();
  });

  /** The stores in which anything of the login can be found, looked for with other programs than the agent. */
  const found = async (): Promise<readonly Store[]> => {
    const inKeychain = (await lookup(keyring.env, 'keytray', 'lab')) !== undefined;
    const sealed = [...(await openedBy(scene.state, passphrase)).values()].flat();
    return [
      ...(inKeychain ? ['keychain' as const] : []),
      ...(sealed.includes('lab') ? ['encrypted-file' as const] : []),
    ];
  };
  const placement = async (): Promise<unknown> =>
    JSON.parse(await readFile(path.join(scene.state, 'stores.json'), 'utf8')).accounts[0]?.[1];
  const nothingPlain = async (): Promise<void> => {
    const tokens = scene.server.issued.flatMap(({ access, refresh }) => [access, refresh]);
    expect(await filesShowing(scene.state, [...tokens, passphrase])).toEqual([]);
  };
  const expectIn = async (store: Store): Promise<void> => {
    await expect.poll(placement, patience).toEqual({ holder: store, leftovers: [] });
    expect(await scene.keytray.api.account('lab')).toMatchObject({ state: 'active', store });
    expect(await found()).toEqual(store === 'memory' ? [] : [store]);
    await nothingPlain();
    expect(await scene.refreshes()).toBe(true);
  };

  it('stays signed in while it moves through all of them, and leaves nothing behind', async () => {
    await layCheapFile(scene.state, passphrase);
    await scene.keytray.startAgent();
    await scene.signIn();
    await expectIn('keychain');
    for (const store of ['encrypted-file', 'memory', 'keychain'] as const) {
      await scene.keepIn(store);
      await expectIn(store);
    }
    expect(scene.server.issued.filter(({ paidWith }) => paidWith === undefined)).toHaveLength(1);
  });

  it('moves at the next start as well', async () => {
    await layCheapFile(scene.state, passphrase);
    await scene.keytray.startAgent();
    await scene.signIn();
    for (const store of ['encrypted-file', 'keychain', 'memory'] as const) {
      await scene.keytray.stopAgent();
      await scene.keepIn(store);
      await scene.keytray.startAgent();
      await expectIn(store);
    }
    // That is what memory means, and it is said to be so.
    await scene.keytray.stopAgent();
    await scene.keytray.startAgent();
    expect(await scene.keytray.api.account('lab')).toMatchObject({ state: 'signed_out' });
    expect(scene.server.issued.filter(({ paidWith }) => paidWith === undefined)).toHaveLength(1);
  });

  it('goes on in the old store while the new one is locked, and moves when it is unlocked', async () => {
    delete scene.keytray.env.KEYTRAY_PASSPHRASE_FILE;
    await scene.keytray.startAgent();
    await scene.signIn();
    await scene.keepIn('encrypted-file');
    await expect.poll(() => scene.keytray.log(), patience).toContain('cannot be moved');
    expect(await scene.refreshes()).toBe(true);
    expect(await found()).toEqual(['keychain']);
    expect(await scene.keytray.run(['unlock'], { input: `${passphrase}\n` })).toMatchObject({ status: 0 });
    await expectIn('encrypted-file');
  });

  it.each(['sealed_temp_written', 'sealed_renamed', 'store_written'] as const)(
    'is not lost to a kill at %s',
    async (barrier) => {
      const [from, to] =
        barrier === 'store_written'
          ? (['encrypted-file', 'keychain'] as const)
          : (['keychain', 'encrypted-file'] as const);
      await layCheapFile(scene.state, passphrase);
      await scene.keepIn(from);
      await scene.keytray.startAgent();
      await scene.signIn();
      await expectIn(from);
      await scene.keytray.stopAgent();
      await scene.keepIn(to);
      const { reached } = await scene.startStoppingAt(barrier);
      await reached;
      await scene.kill();
      await scene.keytray.startAgent();
      await expectIn(to);
    },
  );

  const kills = Number(process.env.KEYTRAY_TEST_KILLS ?? 5);

  it(`is not lost to ${kills} kills at any moment of its moves`, async () => {
    let random = printedSeed('kills during moves');
    await scene.keytray.startAgent();
    await scene.signIn();
    let store: Store = 'keychain';
    for (let kill = 0; kill < kills; kill += 1) {
      random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
      store = store === 'keychain' ? 'encrypted-file' : 'keychain';
      // The file is opened beforehand every other time: then the move takes milliseconds, else most of it is the key.
      if (kill % 2 === 0) await scene.keytray.run(['unlock'], { input: `${passphrase}\n` });
      await scene.keepIn(store);
      await sleep((random >>> 8) % 600);
      await scene.kill();
      await scene.keytray.startAgent();
      expect(await scene.refreshes(), `kill ${kill}`).toBe(true);
      expect(await scene.keytray.api.account('lab'), `kill ${kill}`).toMatchObject({ state: 'active' });
    }
    await expectIn(store);
    expect(await readdir(scene.state)).not.toContain('journal');
    expect(scene.server.issued.filter(({ paidWith }) => paidWith === undefined)).toHaveLength(1);
  });
});
